"""One talk as it is read: what was said both ways over all channels, by day, and what became of each message.

Two queries for a page of any size: the messages with their words, and what happened to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import groupby

from messaging.cancelling import CANCELLED
from messaging.inbox.files import File, files_of
from messaging.inbox.words import CHANNEL_ICONS, CLASSES, STATES, class_of
from messaging.kinds import described
from messaging.models import Message, MessageBody, MessageChannel, MessageEvent, MessageStatus
from messaging.models.message import WAITING, MessageQuerySet
from messaging.showing import why

SIZE = 40
#: States whose reason is told only when somebody asks: all goes well.
PLAIN = {
    MessageStatus.PENDING,
    MessageStatus.SENDING,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
}
#: Not sent, and somebody may want to write it anew.
FAILED = {MessageStatus.FAILED, MessageStatus.BOUNCED}


@dataclass(slots=True)
class Counted:
    """How often something was opened or clicked, by whom."""

    people: int = 0
    machines: int = 0
    unsure: int = 0


@dataclass(slots=True)
class Bubble:
    """One message as the talk draws it. `text` is what it says anew, `quoted` what it repeats below that."""

    id: int
    out: bool
    channel: str
    channel_label: str
    icon: str
    at: datetime
    who: str
    address: str
    by_hand: bool
    subject: str
    text: str
    quoted: str
    has_html: bool
    status: str
    state_icon: str
    state: str
    tone: str
    why: str
    note: str
    label: str = ""
    label_icon: str = ""
    leaves_at: datetime | None = None
    #: Too far off for its day to be said with the hour.
    far: bool = False
    waits: bool = False
    soon: bool = False
    failed: bool = False
    uncertain: bool = False
    stands_in_for: int | None = None
    matched_by: str = ""
    files: list[File] = field(default_factory=list)
    opens: Counted = field(default_factory=Counted)
    clicks: Counted = field(default_factory=Counted)


@dataclass(frozen=True, slots=True)
class Day:
    """What was said on one day of the reader's."""

    day: date
    bubbles: list[Bubble]


@dataclass(frozen=True, slots=True)
class Talk:
    """A page of a talk, oldest first. `older` is the id to go on from, None at the beginning.

    `coming` leaves later than in a moment; it stands below all that was said.
    """

    days: list[Day]
    coming: list[Bubble]
    older: int | None
    newest: int
    #: Something changes within moments: the page looks again by itself.
    moving: bool


def talk_of(
    messages: MessageQuerySet, zone: tzinfo, now: datetime, *, before: int | None = None, size: int = SIZE
) -> Talk:
    """The page of a talk that ends before a message, or at its end. `messages` came through the door."""
    found = messages if before is None else messages.filter(pk__lt=before)
    rows = list(found.select_related("author", "body", "contact").order_by("-pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size][::-1]
    happened = _happened([row.pk for row in rows])
    bubbles = [_bubble(row, happened[row.pk]) for row in rows if not _withdrawn(row, happened[row.pk])]
    for one in bubbles:
        if one.leaves_at is not None:
            one.soon = (one.leaves_at - now).total_seconds() < 60
            one.far = (one.leaves_at.astimezone(zone).date() - now.astimezone(zone).date()).days > 1
    said = [one for one in bubbles if not one.waits or one.soon]
    said.sort(key=lambda one: (one.at, one.id))
    days = [Day(day, list(those)) for day, those in groupby(said, key=lambda one: one.at.astimezone(zone).date())]
    return Talk(
        days=days,
        coming=sorted(
            (one for one in bubbles if one.waits and not one.soon), key=lambda one: (one.leaves_at or one.at, one.id)
        ),
        older=rows[0].pk if more else None,
        newest=rows[-1].pk if rows else 0,
        moving=any(_moves(row, now) for row in rows),
    )


def _happened(ids: Sequence[int]) -> dict[int, list[MessageEvent]]:
    found: dict[int, list[MessageEvent]] = defaultdict(list)
    for event in MessageEvent.objects.filter(message__in=ids, kind__in=("opened", "clicked", CANCELLED)).order_by(
        "at", "pk"
    ):
        found[event.message_id].append(event)
    return found


def _withdrawn(row: Message, events: Sequence[MessageEvent]) -> bool:
    """Whether a colleague wrote it and took it back: it was never said. The page of messages still has it."""
    return row.author_id is not None and any(event.kind == CANCELLED for event in events)


def _moves(row: Message, now: datetime) -> bool:
    if row.direction == "in":
        return False
    soon = row.status in WAITING and (row.send_after - now).total_seconds() < 30
    return soon or row.status == MessageStatus.SENDING


def _bubble(row: Message, events: Iterable[MessageEvent]) -> Bubble:
    out = row.direction == "out"
    body = getattr(row, "body", None)
    text, quoted = _words(row, body)
    icon, state, tone = STATES.get(row.status, ("circle", row.get_status_display(), ""))
    label_icon, label = ("", "") if out else CLASSES.get(class_of(row.kind, row.data), ("", ""))
    waits = out and row.status in WAITING
    bubble = Bubble(
        id=row.pk,
        out=out,
        channel=row.channel,
        channel_label=MessageChannel(row.channel).label,
        icon=CHANNEL_ICONS.get(row.channel, "mail"),
        at=row.sent_at or row.created_at,
        who=_who(row),
        address=row.to if out else row.sender,
        by_hand=row.author_id is not None,
        subject=row.subject if row.channel == MessageChannel.EMAIL else "",
        text=text,
        quoted=quoted,
        has_html=_designed(row, body),
        status=row.status,
        state_icon=icon if out else "",
        state=state if out else "",
        tone=tone if out else "",
        why=why(row) if out else "",
        note=row.reason if out and row.status not in PLAIN else "",
        label=label,
        label_icon=label_icon,
        leaves_at=row.send_after if waits else None,
        waits=waits,
        failed=out and row.status in FAILED,
        uncertain=out and row.status == MessageStatus.UNCERTAIN,
        stands_in_for=row.fallback_of,
        matched_by=row.matched_by,
        files=files_of(row),
    )
    for event in events:
        if event.kind == CANCELLED:
            continue
        _count(bubble.opens if event.kind == "opened" else bubble.clicks, event.actor)
    return bubble


def _designed(row: Message, body: MessageBody | None) -> bool:
    """Whether its look says more than its words: ours that were typed here have none."""
    typed = row.direction == "out" and row.author_id is not None and row.template_id is None
    return row.channel == MessageChannel.EMAIL and bool(body and body.html) and not typed


def _count(counted: Counted, actor: str) -> None:
    if actor == "person":
        counted.people += 1
    elif actor == "machine":
        counted.machines += 1
    else:
        counted.unsure += 1


def _who(row: Message) -> str:
    if row.direction == "in":
        return str(row.data.get("sender_name") or (row.contact.name if row.contact else "") or row.sender)
    if row.author is not None:
        return row.author.name
    return described(row.kind).title


def _words(row: Message, body: MessageBody | None) -> tuple[str, str]:
    """What the message says anew, and what it quotes; a short channel's words are its text."""
    if body is None or not (body.text or body.html):
        return str(row.data.get("text") or ""), ""
    text = body.text.strip()
    if row.direction == "out":
        return text, ""
    new = body.new_text.strip()
    if not new:
        return text, ""
    quoted = text[text.find(new) + len(new) :].strip() if new in text else ""
    return new, quoted
