"""The mail of ours that a report returns: its message id and whom it was for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .header_fields import addresses, message_ids
from .mime_parts import Part, head_and_body, one_line_ends

_START = re.compile(
    rb"(?mi)^(?:return-path|received|from|to|subject|date|message-id|mime-version|dkim-signature):[ \t]?\S"
)
_ID = re.compile(r"(?im)^[> \t]{0,4}message-id:\s{0,4}<([^<>\s]{1,900})>")


@dataclass(frozen=True, slots=True)
class Returned:
    """What is known of the mail returned; empty where its head was not returned."""

    message_id: str = ""
    recipients: tuple[str, ...] = ()
    sender: str = ""


def returned(mail: Part, text: str) -> Returned:
    """Find the returned mail in an attached message, in its headers alone, or in the text."""
    for part in mail.walk():
        if part.content_type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/partial"}:
            fields, _ = head_and_body(one_line_ends(part.content(200_000)).lstrip(b"\n \t"))
            if fields:
                return _from_fields(fields)
    tail = text[:200_000]
    found = _ID.search(tail)
    start = _START.search(tail.encode()) if found else None
    if not start:
        return Returned(found[1] if found else "")
    fields, _ = head_and_body(tail.encode()[start.start() :])
    known = _from_fields(fields)
    return known if known.message_id else Returned(found[1] if found else "", known.recipients, known.sender)


def _from_fields(fields: list[tuple[str, str]]) -> Returned:
    values = dict(reversed(fields))
    ids = message_ids(values.get("message-id", ""))
    to = [one for name in ("to", "cc") for _, one in addresses(values.get(name, ""))]
    hotmail = [one for _, one in addresses(values.get("x-hmxmroriginalrecipient", ""))]
    sender = addresses(values.get("from", "")) or addresses(values.get("return-path", ""))
    return Returned(ids[0] if ids else "", tuple(hotmail + to), sender[0][1] if sender else "")
