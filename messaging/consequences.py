"""What follows when a message to a contact has left, or cannot: timeline, thread, and the next channel. In sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.timeline import Happening, record
from messaging.claimed import Claimed
from messaging.fallback import fall_back
from messaging.models import Message, MessageChannel, MessageStatus, SuppressionReason
from messaging.suppressing import Stop, suppress
from messaging.threads import Line, note_lines
from messaging.twilio_codes import NOT_THERE, OPTED_OUT

SENT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
_LABELS = dict(MessageChannel.choices)


@dataclass(frozen=True, slots=True)
class Ended:
    """A message to a contact whose fate is known. Where it failed, `why` says it in words and `code` in the provider’s."""

    message_id: int
    contact_id: int
    channel: str
    subject: str
    snippet: str
    status: str
    why: str
    author_id: int | None
    address: str = ""
    sender: str = ""
    code: str = ""
    written_at: datetime | None = None

    @classmethod
    def of(cls, row: Claimed, status: str, why: str, code: str) -> Ended:
        """What the delivery knows of it."""
        assert row.contact_id is not None
        return cls(
            row.pk,
            row.contact_id,
            row.channel,
            row.subject,
            row.snippet,
            status,
            why,
            row.author_id,
            row.address,
            row.sender,
            code,
            row.created_at,
        )


def ended_of(ids: Sequence[int]) -> list[Ended]:
    """The same, read from the database, for what was settled long after it was handed over; only those to contacts."""
    rows = (
        Message.objects.filter(pk__in=ids, contact__isnull=False, direction="out")
        .order_by("pk")
        .values_list(
            "pk", "contact_id", "channel", "subject", "body__text", "status", "reason", "author_id", "created_at"
        )
    )
    return [
        Ended(
            pk, contact_id or 0, channel, subject, (text or "")[:200], status, reason, author_id, written_at=written_at
        )
        for pk, contact_id, channel, subject, text, status, reason, author_id, written_at in rows
    ]


def follow(ended: Sequence[Ended], *, now: datetime) -> None:
    """Tell the timelines and threads, and try the next channel for what failed. Call in the transaction of the fates.

    Saying it twice changes nothing: each event has its message's key.
    """
    sent = [one for one in ended if one.status in SENT]
    failed = [one for one in ended if one.status == MessageStatus.FAILED]
    record([_happening(one, now) for one in [*sent, *failed]], now=now)
    note_lines(
        [
            Line(
                one.contact_id,
                one.channel,
                "out",
                now,
                one.snippet or one.subject,
                one.author_id is not None,
                one.written_at,
            )
            for one in sent
        ]
    )
    if failed:
        stops = [stop for one in failed if (stop := _stop_of(one))]
        if stops:
            suppress(stops, by=None, now=now)
        fall_back([one.message_id for one in failed], now=now)


#: SMTP's words for an address that does not exist (RFC 3463, section 3.2).
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.(?:[0-3]|6|10)\b")


def _stop_of(one: Ended) -> Stop | None:
    """The address is not to be written to again, where the refusal says so."""
    reason, scope = "", ""
    if one.channel in ("sms", "whatsapp") and one.code.isdecimal():
        if int(one.code) in OPTED_OUT:
            reason, scope = SuppressionReason.OPT_OUT, one.sender
        elif int(one.code) in NOT_THERE:
            reason = SuppressionReason.HARD_BOUNCE
    elif one.channel == "email":
        if one.code.startswith("5") and _NO_SUCH_ADDRESS.search(one.why):
            reason = SuppressionReason.HARD_BOUNCE
        elif one.code in ("rejected", "invalid"):
            reason = SuppressionReason.PROVIDER
    if not reason or not one.address:
        return None
    return Stop(one.channel, one.address, reason, one.why[:300], scope, one.message_id)


def _happening(one: Ended, now: datetime) -> Happening:
    kind = "message_failed" if one.status == MessageStatus.FAILED else "message_sent"
    return Happening(
        kind,
        one.contact_id,
        now,
        actor="person" if one.author_id else "system",
        user_id=one.author_id,
        subject_kind="message",
        subject_id=one.message_id,
        data={
            "channel": _LABELS.get(one.channel, one.channel),
            "channel_slug": one.channel,
            "subject": one.subject or one.snippet[:80],
            "message_id": one.message_id,
            "why": one.why if kind == "message_failed" else "",
        },
        key=f"{kind}:{one.message_id}",
    )
