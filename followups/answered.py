"""What follows when a contact answers, and when a colleague answers them (C11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.dispatching import Subscriber, subscribe
from crm.models import Contact, Event, Organisation, User
from crm.working_time import NoWorkingTime, add_working_hours
from followups.assignment import candidates
from followups.choosing import Choice, Need, Owner, give, whose
from followups.completing import complete
from followups.creating import NewFollowUp, create_set
from followups.due import Due
from followups.first_types import first_type
from followups.models import FollowUp, FollowUpType, Outcome, Priority
from followups.office_hours import hours_of
from followups.reminder_plans import ReminderPlan
from followups.transitions import cancel
from followups.words import SUBJECT
from messaging.models import Message, Thread
from messaging.notices import Notice, NoticeKind, register_notice, tell

RECEIVED, SENT, WAIVED, AWAITED = "message_received", "message_sent", "answer_waived", "answer_awaited"

#: How the key of a follow-up to respond begins; the contact comes next.
KEY = "respond:"

#: What came of a follow-up whose message was answered, and of one to respond once that is done: the first that the
#: organisation has in use.
REPLIED = ("replied", "spoke", "done")
RESPONDED = ("done", "replied")


def register() -> None:
    """Listen to what is written to and fro; called once at start-up."""
    register_notice(
        NoticeKind(
            "reply",
            "Answers from contacts",
            ("in_app",),
            urgent=True,
            help="When a contact of yours writes",
            icon="message-circle",
        )
    )
    subscribe(Subscriber("answered", frozenset({RECEIVED}), take_answers))
    subscribe(Subscriber("responded", frozenset({SENT}), settle_responses))
    subscribe(Subscriber("answer_waived", frozenset({WAIVED}), let_be))
    subscribe(Subscriber("answer_awaited", frozenset({AWAITED}), ask_again))


def take_answers(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: a person wrote. The follow-up whose message they answer is done, and somebody is to respond, once
    while they wait; robots, absences and wishes to stop ask for nothing of that."""
    theirs = [event for event in events if event.contact_id and event.data.get("classified") == "person"]
    if not theirs:
        return
    _complete_answered(theirs, now)
    contacts, holders = _ask_to_respond(theirs, now)
    _tell(theirs, contacts, holders, now)


def let_be(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: a colleague said that there is nothing to answer, so nobody is to respond any more."""
    said: dict[int, set[int]] = {}
    for event in events:
        if event.user_id and event.contact_id:
            said.setdefault(event.user_id, set()).add(event.contact_id)
    for who in User.objects.filter(pk__in=list(said)).order_by("pk"):
        theirs = FollowUp.objects.open().filter(contact__in=said[who.pk], source_key__startswith=KEY)
        cancel(theirs, by=who, now=now, reason="Nothing to answer.")


def ask_again(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: that was taken back, so somebody is to respond after all."""
    _ask_to_respond(events, now)


def _complete_answered(events: Sequence[Event], now: datetime) -> None:
    answered = {event.data["answers"] for event in events if event.data.get("answers")}
    if not answered:
        return
    causes = Message.objects.filter(pk__in=answered, cause_kind="followup").values_list("cause_id", flat=True)
    ids = sorted({pk for pk in causes if pk is not None})
    outcome = _outcome(REPLIED)
    if ids and outcome:
        # Of those who wrote: a message may name any follow-up as its cause.
        theirs = FollowUp.objects.open().filter(pk__in=ids, contact__in={event.contact_id for event in events})
        complete(theirs, by=None, now=now, outcome=outcome, notes="They answered.")


def _outcome(slugs: Sequence[str]) -> str:
    """The first of these outcomes that is in use for every type; empty where none is."""
    used = set(
        Outcome.objects.filter(slug__in=slugs, type=None, archived_at__isnull=True).values_list("slug", flat=True)
    )
    return next((slug for slug in slugs if slug in used), "")


@dataclass(frozen=True, slots=True)
class _Contact:
    id: int
    name: str
    owner_id: int | None
    need: Need


def _ask_to_respond(events: Sequence[Event], now: datetime) -> tuple[dict[int, _Contact], dict[int, int]]:
    """Make the follow-up to respond for the owner or whoever covers; returns the contacts, and who holds theirs."""
    ids = {event.contact_id for event in events if event.contact_id}
    contacts = {
        one.pk: _Contact(one.pk, one.name, one.owner_id, Need(one.country, one.language, one.team_id))
        for one in Contact.objects.alive().filter(pk__in=ids)
    }
    open_ones = FollowUp.objects.open().filter(contact__in=list(contacts), source_key__startswith=KEY)
    holders = dict(open_ones.order_by("pk").values_list("contact_id", "assignee_id"))
    # Who has been answered meanwhile waits no more.
    waiting = set(
        Thread.objects.filter(pk__in=list(contacts), waiting_since__isnull=False).values_list("pk", flat=True)
    )
    first: dict[int, Event] = {}
    for event in events:
        contact_id = event.contact_id or 0
        if contact_id in contacts and contact_id in waiting and contact_id not in holders:
            first.setdefault(contact_id, event)
    chosen = _whom({pk: contacts[pk] for pk in first}, now) if first else {}
    if first:
        types, due = _types(), Due(at=_due(now))
        create_set(
            [
                NewFollowUp(
                    contact_id=pk,
                    subject=f"Respond to {contacts[pk].name}"[:SUBJECT],
                    type_id=types.get(str(event.data.get("channel_slug"))) or types[""],
                    due=due,
                    assignee_id=chosen[pk].person_id,
                    assigned_because=chosen[pk].because,
                    priority=Priority.URGENT,
                    reminders=[ReminderPlan(before_minutes=15)],
                    event_id=event.pk,
                    source_key=f"{KEY}{pk}:{event.subject_id or event.pk}",
                    announced=True,
                )
                for pk, event in first.items()
                if pk in chosen
            ],
            by=None,
            now=now,
        )
    return contacts, holders | {pk: choice.person_id for pk, choice in chosen.items()}


def _types() -> dict[str, int]:
    """The type of follow-up for each channel, and under "" the one for all others."""
    rows = FollowUpType.objects.filter(archived_at__isnull=True, channel__in=("email", "sms", "whatsapp"))
    return dict(rows.order_by("-position").values_list("channel", "pk")) | {"": first_type()}


def _due(now: datetime) -> datetime:
    organisation = Organisation.objects.current()
    try:
        return add_working_hours(now, organisation.respond_minutes / 60, **hours_of(organisation))
    except NoWorkingTime:
        return now + timedelta(minutes=organisation.respond_minutes)


def _whom(contacts: Mapping[int, _Contact], now: datetime) -> dict[int, Choice]:
    """For each contact its owner, their deputy while they are away, else whoever has most room. Where no colleague can hold
    anything nobody is to respond: the contact waits in the inbox all the same."""
    people = {person.id: person for person in candidates(now)}
    if not people:
        return {}
    deputies = dict(User.objects.filter(pk__in=list(people), deputy__isnull=False).values_list("pk", "deputy_id"))
    chosen = {}
    for pk, contact in sorted(contacts.items()):
        chosen[pk] = whose([Owner(contact.owner_id)], contact.need, people, deputies)
        give(people[chosen[pk].person_id], people[chosen[pk].person_id].turn)
    return chosen


def _tell(events: Sequence[Event], contacts: Mapping[int, _Contact], holders: Mapping[int, int], now: datetime) -> None:
    """Tell whoever is to respond of each message; where nobody is, the owner."""
    notices = []
    for event in events:
        contact = contacts.get(event.contact_id or 0)
        user_id = holders.get(contact.id, contact.owner_id) if contact else None
        if contact is None or user_id is None:
            continue
        words = " ".join(str(event.data.get("snippet") or event.data.get("subject") or "").split())
        notices.append(
            Notice(
                user_id,
                "reply",
                f"{contact.name} wrote: “{words[:120]}”" if words else f"{contact.name} wrote",
                {"url": f"/inbox/{contact.id}/", "lines": [words[:600]] if words else [], "button": "Answer"},
                f"reply:{event.subject_id or event.pk}:{user_id}",
                "message",
                event.subject_id,
            )
        )
    tell(notices, now=now)


def settle_responses(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: a colleague wrote by hand, so the follow-up to respond is done, in their name."""
    by_hand: dict[int | None, int] = {}
    written: dict[int | None, datetime] = {}
    hand = [event for event in events if event.actor == "person" and event.user_id is not None]
    when = dict(Message.objects.filter(pk__in=[event.subject_id for event in hand]).values_list("pk", "created_at"))
    for event in hand:
        by_hand[event.contact_id] = event.user_id or 0
        written[event.contact_id] = when.get(event.subject_id or 0, event.occurred_at)
    open_ones = FollowUp.objects.open().filter(contact__in=list(by_hand), source_key__startswith=KEY)
    rows = list(open_ones.values_list("pk", "contact_id", "created_at")) if by_hand else []
    # What was written before they wrote, and left only now, is no answer to them.
    theirs = [(pk, contact_id) for pk, contact_id, asked in rows if written[contact_id] >= asked]
    outcome = _outcome(RESPONDED) if theirs else ""
    if not outcome:
        return
    writers = {user.pk: user for user in User.objects.filter(pk__in={by_hand[contact_id] for _, contact_id in theirs})}
    for user_id, writer in sorted(writers.items()):
        ids = [pk for pk, contact_id in theirs if by_hand[contact_id] == user_id]
        complete(FollowUp.objects.filter(pk__in=ids), by=writer, now=now, outcome=outcome, notes="Answered.")
