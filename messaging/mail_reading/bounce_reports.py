"""Delivery reports: the machine-readable ones (RFC 3464, also where it stands in plain text) and Amazon's JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .header_fields import address, first_address
from .mime_parts import Part

_LINE = re.compile(r"([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]*(.*)")
_REPORT_TYPES = {"message/delivery-status", "message/global-delivery-status", "message/x-delivery-status"}
_KNOWN = {
    "reporting-mta", "original-recipient", "final-recipient", "action", "status", "remote-mta", "diagnostic-code",
    "last-attempt-date", "will-retry-until", "arrival-date", "x-actual-recipient", "original-envelope-id",
    "received-from-mta", "dsn-gateway", "final-log-id", "x-display-name", "x-supplementary-info", "x-postfix-sender",
    "x-postfix-queue-id", "x-original-message-id", "x-mailer", "x-delivery-diagnostic",
}  # fmt: skip
#: The fields that name a recipient.
_WHO = {"final-recipient", "original-recipient", "x-actual-recipient"}
_MAX_RECIPIENTS = 1000


@dataclass(slots=True)
class Failure:
    """What a report says about one recipient."""

    recipient: str = ""
    original: str = ""  # as the sender wrote it, where the report says so
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def reported(mail: Part) -> list[Failure]:
    """Return what the machine-readable parts of a mail say, recipient by recipient, those delivered too."""
    found: list[Failure] = []
    for part in mail.walk():
        if part.content_type in _REPORT_TYPES:
            found += _recipients(part.text())
    return found


def reported_in_text(text: str) -> list[Failure]:
    """Return what a report says that stands in a text part."""
    if not re.search(r"(?im)^\W{0,3}(?:final|original)-recipient:", text):
        return []
    return _recipients(text)


def _recipients(text: str) -> list[Failure]:
    groups: list[dict[str, str]] = [{}]
    name = ""
    for line in text.split("\n")[:20_000]:
        group = groups[-1]
        if not line.strip():
            if _WHO & set(group):
                groups.append({})
            name = ""
            continue
        match = None if line[:1] in " \t" and name else _LINE.match(line.strip())
        if not match or (match[1].lower() not in _KNOWN and not match[1].lower().startswith("x-")):
            # Some systems do not indent what goes on with a diagnostic.
            goes_on = line[:1] in " \t" or name == "diagnostic-code"
            if name and goes_on and len(group[name]) < 5000:
                group[name] += " " + line.strip()
            continue
        name = match[1].lower()
        if name in group and name in _WHO | {"action"}:
            group = {}
            groups.append(group)
            if len(groups) > _MAX_RECIPIENTS:
                break
        group[name] = f"{group[name]} {match[2]}" if name in group else match[2].strip()
    merged: list[dict[str, str]] = []
    for group in groups:
        if merged and not _WHO & set(group):
            # An empty line inside of what is said about one recipient.
            group = {**group, **merged.pop()}
        merged.append(group)
    return [_failure(group) for group in merged if (_WHO | {"action"}) & set(group)]


def _failure(group: dict[str, str]) -> Failure:
    recipient = next(
        (
            found
            for name in ("final-recipient", "original-recipient", "x-actual-recipient")
            if (found := _mailbox(group.get(name, "")))
        ),
        "",
    )
    original = _mailbox(group.get("original-recipient", ""))
    status = re.search(r"[245]\.\d{1,3}\.\d{1,3}", group.get("status", ""))
    diagnostic = re.sub(r"(?i)^\s*(?:x-?)?[\w.-]{2,20}\s*;\s*", "", group.get("diagnostic-code", ""))
    return Failure(
        recipient=recipient,
        original=original,
        action=re.split(r"[\s;(]", group.get("action", "").strip().lower())[0],
        status=status[0] if status else "",
        diagnostic=diagnostic,
        fields=group,
    )


def _mailbox(value: str) -> str:
    kind, _, rest = value.partition(";")
    text = rest if rest else kind
    return address(text.strip().strip("<>").split(" ")[0]) or first_address(text)


def amazon_notice(text: str) -> dict[str, Any] | None:
    """Return Amazon SES's notification when a mail carries one (as SNS sends it by e-mail)."""
    if '"notificationType"' not in text[:200_000] and '"eventType"' not in text[:200_000]:
        return None
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end - start > 400_000:
        return None
    try:
        # Mail programs may have folded the line, also inside of words.
        found = json.loads(re.sub(r"\n ?", "", text[start : end + 1]), strict=False)
        if isinstance(found, dict) and isinstance(found.get("Message"), str):
            found = json.loads(found["Message"], strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
