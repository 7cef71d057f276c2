"""Messages from senders whom nobody knows: given to a contact, made a contact of, or set aside."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from crm.contacts import NewContact, change_contact, create_contacts
from crm.models import Contact
from crm.models.consent import Topic
from crm.results import Result
from crm.timeline import Happening, record
from crm.undo import UndoResult, register_undoer, remember
from messaging.inbox.words import CLASSES, class_of
from messaging.mail_reading.shape import UNSUBSCRIBE
from messaging.models import Message, MessageChannel, MessageStatus
from messaging.opting_out import opt_out
from messaging.receiving import EVENT_KINDS
from messaging.threads import Line, note_lines

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet

UNDO = "strangers_aside"


class NotMade(ValueError):
    """No contact could be made of a sender; the text says why."""


def register() -> None:
    """Say how setting aside is taken back; called once at start-up."""
    register_undoer(UNDO, _bring_back)


def attach(strangers: MessageQuerySet, contact: Contact, *, by: User, now: datetime) -> Result:
    """Give all that these senders wrote to the contact, who gets their addresses too, unless somebody has them.

    The talk appears as if it had been known at once: it waits for an answer, and what follows a message follows now.
    """
    with transaction.atomic():
        senders = set(strangers.order_by().values_list("channel", "sender"))
        nameless = [pk for pk, sender in strangers.values_list("pk", "sender") if not sender]
        rows = list(_unknown(senders, nameless).select_related("body").order_by("pk").select_for_update(of=("self",)))
        if not rows:
            return Result()
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            contact=contact, matched_by=f"{by.name} said who it is", status=MessageStatus.DELIVERED
        )
        note_lines([_line(row, contact.pk) for row in rows])
        record([_happening(row, contact.pk) for row in rows], now=now)
        _learn(contact, senders, by, now)
        if any(row.channel == MessageChannel.EMAIL and class_of(row.kind, row.data) == UNSUBSCRIBE for row in rows):
            source = "Asked for it by mail"
            opt_out([contact.pk], channel="email", topic=Topic.MARKETING, source=source, by=None, now=now)
    return Result(done=[row.pk for row in rows])


def make_contact(strangers: MessageQuerySet, *, by: User, now: datetime) -> int:
    """Store a new contact with the sender's name and address and give them the messages; returns their id.

    Raises NotMade, where the address is no address or belongs to somebody already.
    """
    first = strangers.order_by("pk").first()
    if first is None:
        raise NotMade("There is nothing left to make a contact of.")
    given, _, family = str(first.data.get("sender_name") or "").partition(" ")
    by_mail = first.channel == MessageChannel.EMAIL
    row = NewContact(
        first_name=given[:200],
        last_name=family[:200],
        source="Wrote to us",
        owner_id=by.pk,
        email=first.sender if by_mail else "",
        phone="" if by_mail else first.sender,
    )
    with transaction.atomic():
        made = create_contacts([row], by=by, now=now)
        if not made.ids:
            raise NotMade(" ".join(made.refused[0].values()))
        attach(strangers, Contact.objects.get(pk=made.ids[0]), by=by, now=now)
    return made.ids[0]


def set_aside(strangers: MessageQuerySet, *, by: User, now: datetime) -> Result:
    """Take messages that need no answer out of the list; undoable."""
    with transaction.atomic():
        held = list(
            strangers.filter(status=MessageStatus.DELIVERED)
            .order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk", flat=True)
        )
        if not held:
            return Result()
        Message.objects.filter(pk__in=held).update(status=MessageStatus.READ, read_at=now)
        step = remember(user=by, label="Set aside", kind=UNDO, payload={"ids": held}, now=now)
    return Result(done=held, undo_id=step)


def _bring_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    rows = Message.objects.filter(pk__in=payload["ids"], contact__isnull=True, status=MessageStatus.READ)
    done = list(rows.values_list("pk", flat=True))
    rows.update(status=MessageStatus.DELIVERED, read_at=None)
    return UndoResult(done, dict.fromkeys(set(payload["ids"]) - set(done), "It belongs to a contact by now."))


def _unknown(senders: set[tuple[str, str]], nameless: list[int]) -> MessageQuerySet:
    wanted = Q(pk__in=nameless)
    for channel, sender in senders:
        if sender:
            wanted |= Q(channel=channel, sender=sender)
    return Message.objects.filter(wanted, direction="in", contact__isnull=True, user__isnull=True)


def _by_person(row: Message) -> bool:
    return class_of(row.kind, row.data) not in CLASSES


def _snippet(row: Message) -> str:
    body = getattr(row, "body", None)
    return (body.new_text or body.text) if body else row.subject


def _line(row: Message, contact_id: int) -> Line:
    return Line(contact_id, row.channel, "in", row.created_at, _snippet(row), _by_person(row))


def _happening(row: Message, contact_id: int) -> Happening:
    person, until = _by_person(row), _returns_on(row)
    return Happening(
        EVENT_KINDS.get(class_of(row.kind, row.data), "message_received"),
        contact_id,
        row.created_at,
        actor="contact",
        subject_kind="message",
        subject_id=row.pk,
        data={
            "channel": MessageChannel(row.channel).label,
            "channel_slug": row.channel,
            "subject": row.subject or " ".join(_snippet(row).split())[:80],
            "message_id": row.pk,
            "answers": row.answers,
            "snippet": " ".join(_snippet(row).split())[:200],
            "classified": class_of(row.kind, row.data),
            "rule": str(row.data.get("rule") or ""),
            "until": until.isoformat() if until else "",
            "until_words": f" until {until:%-d %B %Y}" if until else "",
        },
        two_way=person,
        key=f"received:{row.pk}",
    )


def _returns_on(row: Message) -> date | None:
    try:
        return date.fromisoformat(str(row.data.get("returns_on") or ""))
    except ValueError:
        return None


def _learn(contact: Contact, senders: set[tuple[str, str]], by: User, now: datetime) -> None:
    """Put the addresses on the contact, so that the next message is known; one that another has is left alone."""
    for channel, sender in sorted(senders):
        kind = "email" if channel == MessageChannel.EMAIL else "phone"
        known = [getattr(contact, kind), *getattr(contact, f"other_{kind}s")]
        if not sender or sender in known:
            continue
        changes = {kind: sender} if not known[0] else {f"other_{kind}s": [*known[1:], sender]}
        change_contact(Contact.objects.filter(pk=contact.pk), by=by, now=now, changes=changes)
        contact.refresh_from_db(fields=["email", "phone", "other_emails", "other_phones"])
