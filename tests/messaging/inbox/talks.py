"""Talks for tests: stored as the delivery and the reading of arrivals would leave them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from crm.models import Contact, User
from messaging.models import Message, MessageBody
from messaging.threads import Line, note_lines

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_number = count(1)


def _store(text: str, *, html: str = "", new_text: str = "", **fields: Any) -> Message:
    message = Message.objects.create(
        dedupe_key=f"talk:{next(_number)}", **{"send_after": fields["created_at"]} | fields
    )
    MessageBody.objects.create(message=message, text=text, html=html, new_text=new_text)
    return message


def from_them(
    who: Contact | None, text: str, *, at: datetime = NOW, channel: str = "email", person: bool = True, **fields: Any
) -> Message:
    """What a contact, or a stranger, wrote."""
    sender = fields.pop("sender", (who.email if channel == "email" else who.phone) if who else "stranger@example.net")
    taken_for = fields.pop("kind", "")
    fields["data"] = fields.get("data", {}) | ({"classified": taken_for} if taken_for else {})
    message = _store(
        text, contact=who, direction="in", kind="received", channel=channel, sender=sender,
        status="delivered", created_at=at, **fields,
    )  # fmt: skip
    if who:
        note_lines([Line(who.pk, channel, "in", at, fields.get("new_text") or text, person)])
    return message


def from_us(
    who: Contact, by: User | None, text: str, *, at: datetime = NOW, channel: str = "email", status: str = "delivered",
    **fields: Any,
) -> Message:  # fmt: skip
    """What a colleague, or the house, wrote."""
    sent = at if status in ("sent", "delivered", "read") else None
    message = _store(
        text, contact=who, direction="out", kind=fields.pop("kind", "message"), channel=channel, author=by,
        to=who.email if channel == "email" else who.phone, status=status, created_at=at, sent_at=sent, **fields,
    )  # fmt: skip
    if sent:
        note_lines([Line(who.pk, channel, "out", at, text, by is not None)])
    return message


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)
