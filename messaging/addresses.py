"""The names by which an answer finds its message again: the address to reply to, and our own Message-ID (RFC 5322)."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac


class Named(NamedTuple):
    """Which message is meant. The token is the name's own word: compare it with `token_of` before trusting it."""

    message_id: int
    token: str


# Tokens are twelve hexadecimal digits; some mail systems change the case of what they pass on.
_NAME = r"(?P<id>[1-9][0-9]{0,17})\.(?P<token>[0-9a-f]{12})"
_REPLY = re.compile(rf"\+{_NAME}$", re.IGNORECASE)
_MESSAGE_ID = re.compile(rf"(?<![^\s<,;]){_NAME}@[^\s<>@]+", re.IGNORECASE)


def token_of(pk: int, created_at: datetime) -> str:
    """Tells the message from one of the same number in another database; nobody outside can guess it."""
    return salted_hmac("messaging.letter", f"{pk}:{created_at.timestamp():.6f}", algorithm="sha256").hexdigest()[:12]


def reply_address(message_id: int, token: str) -> str:
    """Where answers to the message go: "reply+12.0a1b2c3d4e5f@in.example.com"; empty where no such address is set up."""
    local, _, domain = getattr(settings, "REPLY_ADDRESS", "").rpartition("@")
    return f"{local}+{message_id}.{token}@{domain}" if local and domain else ""


def read_reply_address(address: str) -> Named | None:
    """Which message an address of `reply_address` names, with or without a display name; None for any other."""
    local, _, domain = parseaddr(address)[1].rpartition("@")
    own_local, _, own_domain = getattr(settings, "REPLY_ADDRESS", "").rpartition("@")
    found = _REPLY.search(local)
    if not found or domain.lower() != own_domain.lower() or local[: found.start()].lower() != own_local.lower():
        return None
    return _named(found)


def read_message_id(text: str) -> Named | None:
    """The first Message-ID of our own in the text; None where there is none."""
    found = _MESSAGE_ID.search(text)
    return _named(found) if found else None


def read_name(text: str) -> Named | None:
    """The "12.0a1b2c3d4e5f" that goes to providers as a mail's metadata, and comes back with its events."""
    found = re.fullmatch(_NAME, text.strip(), re.IGNORECASE)
    return _named(found) if found else None


def _named(found: re.Match[str]) -> Named:
    return Named(int(found["id"]), found["token"].lower())
