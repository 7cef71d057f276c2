"""A message for its page: how it looks, what happened to it, and why it was or was not sent, in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from messaging.kinds import described
from messaging.models import Decision, Message, MessageBody, MessageChannel, MessageEvent, MessageStatus
from messaging.policy import CHANNEL_WORDS
from messaging.rendering import Words, render

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet

#: One-click links are for the addressee alone: nobody else is shown where they lead.
ONE_CLICK = re.compile(r"/a/[\w:=-]+/")

#: What happened, in words: the start of a sentence, its icon and tone.
HAPPENED = {
    "sent": ("Sent", "send", "good"),
    "delivered": ("Delivered", "check-check", "good"),
    "read": ("Read", "mail-open", "good"),
    "not_now": ("Not taken, tried again later", "clock-3", "warn"),
    "failed": ("Given up", "circle-x", "danger"),
    "uncertain": ("Uncertain", "circle-help", "warn"),
    "hold": ("Held", "moon", "warn"),
    "refuse": ("Not sent", "ban", "danger"),
}

TONES = {
    MessageStatus.SENT: "good",
    MessageStatus.DELIVERED: "good",
    MessageStatus.READ: "good",
    MessageStatus.SCHEDULED: "warn",
    MessageStatus.UNCERTAIN: "warn",
    MessageStatus.FAILED: "danger",
    MessageStatus.BOUNCED: "danger",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a message's history."""

    at: datetime
    label: str
    detail: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page of one message draws."""

    message: Message
    kind: str
    channel: str
    to: str
    status: str
    tone: str
    why: str
    history: list[Moment]
    has_mail: bool


def shown(messages: MessageQuerySet, pk: int) -> Shown | None:
    """Read one message of a set that came through the door, with its history; None when it is not among them."""
    message = messages.filter(pk=pk).select_related("user", "contact").first()
    if message is None:
        return None
    decisions = list(Decision.objects.filter(message=pk).order_by("at", "pk"))
    events = list(MessageEvent.objects.filter(message=pk).order_by("at", "pk"))
    return Shown(
        message=message,
        kind=described(message.kind).title,
        channel=MessageChannel(message.channel).label,
        to=message.to or (message.user.name if message.user else str(message.contact)),
        status=MessageStatus(message.status).label,
        tone=TONES.get(MessageStatus(message.status), ""),
        why=why(message),
        history=history(message, decisions, events),
        has_mail=message.channel == MessageChannel.EMAIL,
    )


def why(message: Message) -> str:
    """One sentence that answers "why did, or didn't, they get this?"."""
    if message.status == MessageStatus.SUPPRESSED:
        return f"Not sent. {message.reason}"
    if message.status == MessageStatus.SCHEDULED:
        return f"Held. {message.reason}"
    if message.status in (MessageStatus.FAILED, MessageStatus.UNCERTAIN, MessageStatus.BOUNCED):
        return message.reason
    how = CHANNEL_WORDS.get(message.channel, message.channel)
    return message.reason or f"{described(message.kind).title} go {how}, and nothing spoke against it."


def history(message: Message, decisions: Sequence[Decision], events: Sequence[MessageEvent]) -> list[Moment]:
    """What happened, oldest first: written, held or refused and why, handed over, read."""
    lines = [Moment(message.created_at, "Written", _cause(message), "pencil", "")]
    lines += [_moment(one.at, one.verdict, one.sentence) for one in decisions if one.rule != "failed"]
    lines += [_moment(one.at, one.kind, one.detail) for one in events]
    kinds = {one.kind for one in events}
    if message.delivered_at and "delivered" not in kinds:
        lines.append(_moment(message.delivered_at, "delivered", "It was put into the app."))
    if message.read_at and "read" not in kinds:
        lines.append(_moment(message.read_at, "read", ""))
    return sorted(lines, key=lambda line: line.at)


def _moment(at: datetime, kind: str, detail: str) -> Moment:
    label, icon, tone = HAPPENED.get(kind, (kind.replace("_", " ").capitalize(), "circle", ""))
    return Moment(at, label, detail, icon, tone)


def _cause(message: Message) -> str:
    return f"Because of {message.cause_kind} {message.cause_id}." if message.cause_kind else ""


def words_of(message: Message, reader: User) -> Words:
    """The mail as it left, or as it would look if it left now. Raises what a broken template raises."""
    body = MessageBody.objects.filter(message=message.pk).first()
    if body is not None:
        words = Words(body.text, body.html)
    else:
        name = message.user.name if message.user else ""
        words = render(kind=message.kind, subject=message.subject, data=message.data, name=name)
    if message.user_id == reader.pk:
        return words
    return Words(ONE_CLICK.sub("/a/hidden/", words.text), ONE_CLICK.sub("/a/hidden/", words.html))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and the ids to go on from in both directions."""

    rows: list[dict[str, Any]]
    newer: int | None
    older: int | None


COLUMNS = (
    "id", "channel", "kind", "subject", "status", "reason", "to", "created_at", "send_after", "sent_at",
    "user_id", "user__full_name", "user__email", "contact_id", "contact__first_name", "contact__last_name",
)  # fmt: skip


def page_of(messages: QuerySet[Message], *, before: int | None, after: int | None, show: int = 50) -> Page:
    """Fifty messages, newest first, before or after an id; one query."""
    if after is not None:
        rows = list(messages.filter(pk__gt=after).order_by("pk").values(*COLUMNS)[: show + 1])
        more, rows = len(rows) > show, rows[:show][::-1]
        return Page([_row(row) for row in rows], rows[0]["id"] if more else None, rows[-1]["id"] if rows else None)
    found = messages if before is None else messages.filter(pk__lt=before)
    rows = list(found.order_by("-pk").values(*COLUMNS)[: show + 1])
    more, rows = len(rows) > show, rows[:show]
    newer = rows[0]["id"] if before is not None and rows else None
    return Page([_row(row) for row in rows], newer, rows[-1]["id"] if more else None)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    row["about"] = described(row["kind"])
    row["label"] = MessageStatus(row["status"]).label
    row["tone"] = TONES.get(MessageStatus(row["status"]), "")
    row["channel_label"] = MessageChannel(row["channel"]).label
    name = row["user__full_name"] or (row["user__email"] or "").split("@")[0]
    row["who"] = (
        name
        or f"{row['contact__first_name'] or ''} {row['contact__last_name'] or ''}".strip()
        or row["to"]
        or "Somebody"
    )
    return row
