"""A message for its page: how it looks, what happened to it, and why it was or was not sent, in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce, Left, NullIf

from messaging.explaining import explained
from messaging.inbox.files import File, files_of
from messaging.inbox.words import CLASSES, class_of
from messaging.kinds import described
from messaging.models import Decision, Message, MessageBody, MessageChannel, MessageEvent, MessageStatus
from messaging.origins import ROUND
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
    "send": ("Let through", "shield-check", "good"),
    "bounced": ("Came back", "mail-x", "danger"),
    "complained": ("Reported as spam", "flag", "danger"),
    "unsubscribed": ("They asked to stop", "bell-off", "warn"),
    "opened": ("Opened", "eye", ""),
    "clicked": ("Clicked", "mouse-pointer-click", ""),
    "deferred": ("Not taken yet by their mail server", "clock-3", "warn"),
    "not_arrived": ("It did not arrive", "rotate-ccw", "warn"),
    "cancelled": ("Taken back", "undo-2", ""),
    "received": ("Received", "inbox", "good"),
}

#: Who opened or clicked, in words.
ACTORS = {"person": "a person", "machine": "a machine"}

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
    who: str = ""
    rule: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """Another message of the same words: the one it stands in for, the one that stands in for it, or its answer."""

    id: int
    how: str
    channel: str
    status: str
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page of one message draws."""

    message: Message
    title: str
    kind: str
    channel: str
    to: str
    status: str
    tone: str
    why: str
    history: list[Moment]
    has_mail: bool
    incoming: bool
    text: str
    chain: list[Linked]
    by: str
    files: list[File]
    label: str


def shown(messages: MessageQuerySet, pk: int) -> Shown | None:
    """Read one message of a set that came through the door, with its history; None when it is not among them."""
    message = messages.filter(pk=pk).select_related("user", "contact", "author", "template", "body").first()
    if message is None:
        return None
    decisions = list(Decision.objects.filter(message=pk).order_by("at", "pk"))
    events = list(MessageEvent.objects.filter(message=pk).order_by("at", "pk"))
    return Shown(
        message=message,
        title=_title(message),
        kind=described(message.kind).title,
        channel=MessageChannel(message.channel).label,
        to=message.to or (message.user.name if message.user else message.contact.name if message.contact else ""),
        status=MessageStatus(message.status).label,
        tone=TONES.get(MessageStatus(message.status), ""),
        why=why(message, decisions),
        history=history(message, decisions, events),
        has_mail=_has_mail(message),
        incoming=message.direction == "in",
        text=_text(message),
        chain=_chain(messages, message),
        by=message.author.name if message.author else "",
        files=files_of(message),
        label=CLASSES.get(class_of(message.kind, message.data), ("", ""))[1] if message.direction == "in" else "",
    )


def _title(message: Message) -> str:
    """Its subject, else between whom it went."""
    if message.subject or message.user_id:
        return message.subject or described(message.kind).title
    who = message.contact.name if message.contact else message.sender or message.to
    return f"{MessageChannel(message.channel).label} {'from' if message.direction == 'in' else 'to'} {who}"


def _has_mail(message: Message) -> bool:
    """Whether there is a mail to look at: colleagues' are always made from a template, contacts' may be plain."""
    if message.channel != MessageChannel.EMAIL:
        return False
    body = getattr(message, "body", None)
    return bool(body and body.html) if message.contact_id or message.direction == "in" else True


def _text(message: Message) -> str:
    """The words with a contact; a notice in the app has its own way of being shown."""
    if message.user_id:
        return ""
    body = getattr(message, "body", None)
    return str((body.text if body else "") or message.data.get("text") or "")


def _chain(messages: MessageQuerySet, message: Message) -> list[Linked]:
    """The messages before and after this one, two queries for contacts and none for colleagues."""
    if message.user_id:
        return []
    linked = [
        _linked(one, "Stands in for" if one.pk == message.fallback_of else "Answers")
        for one in messages.filter(pk__in=[pk for pk in (message.fallback_of, message.answers) if pk])
    ]
    if message.contact_id:
        later = messages.filter(contact=message.contact_id, pk__gt=message.pk)
        found = later.filter(Q(fallback_of=message.pk) | Q(answers=message.pk)).order_by("pk")[:10]
        linked += [_linked(one, "Replaced by" if one.fallback_of == message.pk else "Answered by") for one in found]
    return linked


def _linked(message: Message, how: str) -> Linked:
    status = MessageStatus(message.status)
    return Linked(
        message.pk, how, MessageChannel(message.channel).label, "" if message.direction == "in" else status.label,
        TONES.get(status, ""),
    )  # fmt: skip


def why(message: Message, decisions: Sequence[Decision] = ()) -> str:
    """One sentence that answers "why did, or didn't, they get this?"."""
    if message.direction == "in":
        how = f" Why here: {message.matched_by}." if message.matched_by else ""
        return f"{message.sender or 'Somebody'} wrote it {CHANNEL_WORDS.get(message.channel, '')}.{how}"
    if message.contact_id:
        return explained(message, decisions)
    if message.status == MessageStatus.SUPPRESSED:
        return f"Not sent. {message.reason}"
    if message.status == MessageStatus.SCHEDULED:
        return f"Held. {message.reason}"
    if message.status in (MessageStatus.FAILED, MessageStatus.UNCERTAIN, MessageStatus.BOUNCED):
        return message.reason
    how = CHANNEL_WORDS.get(message.channel, message.channel)
    return message.reason or f"{described(message.kind).title} go {how}, and nothing spoke against it."


def history(message: Message, decisions: Sequence[Decision], events: Sequence[MessageEvent]) -> list[Moment]:
    """What happened, oldest first: written, held or refused and why, handed over, read; by whom, where that is known."""
    first = ("received", "") if message.direction == "in" else ("", _cause(message))
    lines = [_moment(message.created_at, *first)] if first[0] else []
    lines += [] if first[0] else [Moment(message.created_at, "Written", first[1], "pencil", "", _author(message))]
    lines += [
        replace(_moment(one.at, one.verdict, one.sentence), rule=one.rule, facts=_facts(one.facts))
        for one in decisions
        if one.rule != "failed"
    ]
    lines += [
        replace(_moment(one.at, one.kind, one.detail), who=ACTORS.get(one.actor, ""), rule=one.rule) for one in events
    ]
    kinds = {one.kind for one in events}
    if message.delivered_at and "delivered" not in kinds and message.direction == "out":
        told = "It was put into the app." if message.channel == MessageChannel.IN_APP else ""
        lines.append(_moment(message.delivered_at, "delivered", told))
    if message.read_at and "read" not in kinds and message.direction == "out":
        lines.append(_moment(message.read_at, "read", ""))
    return sorted(lines, key=lambda line: line.at)


def _author(message: Message) -> str:
    return message.author.name if message.author else ""


def _facts(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The facts that a decision used, as labels and words."""
    return tuple((name.replace("_", " ").capitalize(), _said(value)) for name, value in sorted(facts.items()))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(one)}" for name, one in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "none"
    return "none" if value in (None, "") else str(value)


def _moment(at: datetime, kind: str, detail: str) -> Moment:
    label, icon, tone = HAPPENED.get(kind, (kind.replace("_", " ").capitalize(), "circle", ""))
    return Moment(at, label, detail, icon, tone)


def _cause(message: Message) -> str:
    if message.cause_kind == ROUND:
        return "Written by an automation."
    return f"Because of {message.cause_kind} {message.cause_id}." if message.cause_kind else ""


def words_of(message: Message, reader: User) -> Words:
    """The mail as it left, or as it would look if it left now. Raises what a broken template raises."""
    body = MessageBody.objects.filter(message=message.pk).first()
    if body is not None:
        words = Words(body.text, body.html)
    elif message.user_id is None:
        words = Words(str(message.data.get("text") or ""), str(message.data.get("html") or ""))
    else:
        name = message.user.name if message.user else ""
        words = render(kind=message.kind, subject=message.subject, data=message.data, name=name)
    if message.user_id == reader.pk or message.user_id is None:
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
    "direction", "sender", "hook__name", "begins",
)  # fmt: skip


def page_of(messages: QuerySet[Message], *, before: int | None, after: int | None, show: int = 50) -> Page:
    """Fifty messages, newest first, before or after an id; one query."""
    messages = messages.annotate(begins=Left(Coalesce(NullIf("body__new_text", Value("")), "body__text"), 90))
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
    row["title"] = row["subject"] or (" ".join((row["begins"] or "").split()) if not row["user_id"] else "")
    incoming = row["direction"] == "in"
    row["label"] = "From them" if incoming else MessageStatus(row["status"]).label
    row["tone"] = "info" if incoming else TONES.get(MessageStatus(row["status"]), "")
    row["channel_label"] = MessageChannel(row["channel"]).label
    name = row["user__full_name"] or (row["user__email"] or "").split("@")[0]
    row["who"] = (
        name
        or f"{row['contact__first_name'] or ''} {row['contact__last_name'] or ''}".strip()
        or row["hook__name"]
        or row["to"]
        or row["sender"]
        or "Somebody"
    )
    return row
