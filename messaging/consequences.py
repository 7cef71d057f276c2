"""What follows when a message to a contact has left, or cannot: timeline, thread, and the next channel. In sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.timeline import Happening, record
from messaging.claimed import Claimed
from messaging.models import Message, MessageChannel, MessageStatus
from messaging.threads import Line, note_lines

SENT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
_LABELS = dict(MessageChannel.choices)


@dataclass(frozen=True, slots=True)
class Ended:
    """A message to a contact whose fate is known. `why` says it in words where it failed."""

    message_id: int
    contact_id: int
    channel: str
    subject: str
    snippet: str
    status: str
    why: str
    author_id: int | None

    @classmethod
    def of(cls, row: Claimed, status: str, why: str) -> Ended:
        """What the delivery knows of it."""
        assert row.contact_id is not None
        return cls(row.pk, row.contact_id, row.channel, row.subject, row.snippet, status, why, row.author_id)


def ended_of(ids: Sequence[int]) -> list[Ended]:
    """The same, read from the database, for what was settled long after it was handed over; only those to contacts."""
    rows = (
        Message.objects.filter(pk__in=ids, contact__isnull=False, direction="out")
        .order_by("pk")
        .values_list("pk", "contact_id", "channel", "subject", "body__text", "status", "reason", "author_id")
    )
    return [
        Ended(pk, contact_id or 0, channel, subject, (text or "")[:200], status, reason, author_id)
        for pk, contact_id, channel, subject, text, status, reason, author_id in rows
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
            Line(one.contact_id, one.channel, "out", now, one.snippet or one.subject, one.author_id is not None)
            for one in sent
        ]
    )
    if failed:
        _fall_back([one.message_id for one in failed], now)


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


def _fall_back(ids: list[int], now: datetime) -> None:
    try:
        from messaging.fallback import fall_back
    except ModuleNotFoundError:
        return
    fall_back(ids, now=now)
