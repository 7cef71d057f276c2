"""A new lead is called within minutes: it gets its first contact at once, and one that waits is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from crm.first_owners import give_unowned
from crm.models import Contact, Event, Lifecycle, Organisation
from followups import reminder_rows
from followups.assignment import candidates, share_out
from followups.changing import Change, Row, changing
from followups.choosing import Candidate, Choice, Need, choose, give
from followups.creating import NewFollowUp, create_set
from followups.due import Due
from followups.escalation import open_escalations
from followups.first_types import first_type
from followups.house_rules import SPEED_TO_LEAD, rests
from followups.lifecycle import PENDING
from followups.models import FollowUp, Priority
from followups.models.followup import FollowUpQuerySet
from followups.office_hours import is_open, minutes_ago
from followups.overdue import mark_missed
from followups.people import load_people
from followups.reminder_plans import ReminderPlan
from followups.staff import Staff
from followups.telling import Given, tell_missed, tell_passed_on, tell_unreached

SUBJECT = "Initial contact"
#: Contact, owner, country, language, team.
Lead = tuple[int, int | None, str, str, int | None]
KINDS = frozenset({"contact_created", "contact_imported"})
#: Any number that no other advisory lock of this application uses.
LOCK_SPACE = 7302
BATCH = 500

#: Rides the index followups_first_contact.
DUE_SQL = (
    "EXISTS (SELECT FROM followups_followup WHERE deleted_at IS NULL AND status = 'pending' AND speed_to_lead"
    " AND reschedule_count = 0 AND due_by <= %(now)s)"
)


def welcome_leads(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: each new lead gets its first contact, due within the organisation's minutes, for its owner or
    whoever has most room; a lead without an owner gets that person."""
    wanted = {
        event.contact_id: event.pk
        for event in events
        if event.contact_id and event.data.get("lifecycle") == Lifecycle.NEW and event.data.get("speed_to_lead", True)
    }
    leads = list(
        Contact.objects.alive()
        .filter(pk__in=wanted, lifecycle=Lifecycle.NEW)
        .order_by("pk")
        .values_list("pk", "owner_id", "country", "language", "team_id")
    )
    if not leads or rests(SPEED_TO_LEAD):
        return
    minutes = Organisation.objects.current().speed_to_lead_minutes
    kind = first_type()
    with transaction.atomic():
        _one_at_a_time()
        people = candidates(now)
        made = create_set(
            [
                NewFollowUp(
                    contact_id=pk,
                    subject=SUBJECT,
                    type_id=kind,
                    due=Due(at=now + timedelta(minutes=minutes)),
                    assignee_id=choice.person_id,
                    assigned_because=choice.because,
                    priority=Priority.URGENT,
                    reminders=_reminders(minutes),
                    event_id=wanted[pk],
                    source_key=f"first-contact:{pk}",
                    speed_to_lead=True,
                )
                for pk, choice in _people_for(leads, people).items()
            ],
            by=None,
            now=now,
        )
        unowned = FollowUp.objects.filter(pk__in=made.ids, contact__owner__isnull=True)
        give_unowned(dict(unowned.values_list("contact_id", "assignee_id")), now=now)


def _one_at_a_time() -> None:
    """Wait for another worker that shares leads out, so that what it gives is seen; else both would fill the same room."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])


def _people_for(leads: Sequence[Lead], people: Sequence[Candidate]) -> dict[int, Choice]:
    """The owner where there is one who is present, else whoever has most room."""
    there = {person.id: person for person in people if not person.absent}
    mine = {pk: Choice(owner, f"{there[owner].name} owns this lead") for pk, owner, *_ in leads if owner in there}
    others = [lead for lead in leads if lead[0] not in mine]
    needs = [(Need(country, language, team), ()) for _, _, country, language, team in others]
    return mine | {lead[0]: choice for lead, choice in zip(others, share_out(needs, people), strict=True)}


def _reminders(minutes: int) -> list[ReminderPlan]:
    """One, shortly before the time is up."""
    return [ReminderPlan(before_minutes=min(2, minutes // 2))]


def sweep_first_contacts(now: datetime) -> int:
    """Pass on every first contact whose minutes are over, in working hours only; returns how many were handled.

    The minutes count while the organisation works: what arrives at night is passed on in the morning, after the
    first person had their time.
    """
    organisation = Organisation.objects.current()
    if not is_open(organisation, now):
        return 0
    since = minutes_ago(organisation, now, organisation.speed_to_lead_minutes)
    cutoff = since + timedelta(minutes=organisation.speed_to_lead_minutes)
    total = 0
    while count := _pass_batch(organisation, cutoff, now):
        total += count
        if count < BATCH:
            break
    return total


def waiting(cutoff: datetime, now: datetime) -> FollowUpQuerySet:
    """First contacts that nobody has taken in hand, due by the cutoff."""
    first = FollowUp.objects.alive().awake(now).filter(status=PENDING, speed_to_lead=True, reschedule_count=0)
    return first.filter(due_by__lte=cutoff, contact__deleted_at__isnull=True)


@transaction.atomic
def _pass_batch(organisation: Organisation, cutoff: datetime, now: datetime) -> int:
    due = waiting(cutoff, now).order_by("due_by", "pk")[:BATCH]
    with changing("pass_on", due, by=None, now=now, skip_locked=True) as change:
        change.refuse(lambda row: "It has just been moved." if row["due_by"] > cutoff else "")
        rows = change.rows
        choices = _choose_next(rows, organisation, now)
        change.rows = [row for row in rows if row["id"] in choices]
        _pass_on(change, choices, organisation)
    _give_up([row["id"] for row in rows if row["id"] not in choices], now)
    return len(rows)


def _choose_next(rows: Sequence[Row], organisation: Organisation, now: datetime) -> dict[int, Choice]:
    """For each the next person who is there and has not had it yet; those left out have been everywhere allowed."""
    going = [row for row in rows if row["passes"] < organisation.speed_to_lead_passes]
    if not going:
        return {}
    people = candidates(now)
    by_id = {person.id: person for person in people}
    tried = _tried(going)
    needs = {
        pk: Need(country, language, team)
        for pk, country, language, team in Contact.objects.filter(
            pk__in={row["contact_id"] for row in going}
        ).values_list("pk", "country", "language", "team_id")
    }
    turn = max((person.turn for person in people), default=0)
    choices = {}
    for row in going:
        left = [one for one in people if not one.absent and one.id not in tried[row["id"]]]
        if left:
            choice = choices[row["id"]] = choose(left, needs[row["contact_id"]])
            turn += 1
            give(by_id[choice.person_id], turn)
            if row["assignee_id"] in by_id:
                by_id[row["assignee_id"]].open -= 1
    return choices


def _tried(rows: Sequence[Row]) -> dict[int, set[int]]:
    """Who has had each already: the events are the record."""
    tried = {row["id"]: {row["assignee_id"]} for row in rows}
    passes = Event.objects.filter(subject_kind="followup", subject_id__in=list(tried), kind="followup_passed_on")
    for pk, data in passes.values_list("subject_id", "data"):
        tried[pk].add(data["from_id"])
    return tried


def _pass_on(change: Change, choices: dict[int, Choice], organisation: Organisation) -> None:
    if not change.rows:
        return
    minutes = organisation.speed_to_lead_minutes
    due = Due(at=change.now + timedelta(minutes=minutes))
    people = change.people | load_people({choice.person_id for choice in choices.values()})
    because = {row["id"]: _because(people[row["assignee_id"]].name, choices[row["id"]], minutes) for row in change.rows}
    change.write(
        due_at=due.at,
        due_by=due.at,
        each={
            "assignee_id": [choices[row["id"]].person_id for row in change.rows],
            "assigned_because": [because[row["id"]][:300] for row in change.rows],
            "passes": [row["passes"] + 1 for row in change.rows],
        },
    )
    change.end_reminders()
    assert due.at is not None
    reminder_rows.add(
        [
            reminder_rows.Planned(row["id"], plan, reminder_rows.Anchor(due.at, None, choices[row["id"]].person_id))
            for row in change.rows
            for plan in _reminders(minutes)
        ],
        now=change.now,
    )
    change.tell(
        "followup_passed_on",
        lambda row: {
            "from": people[row["assignee_id"]].name,
            "from_id": row["assignee_id"],
            "to": people[choices[row["id"]].person_id].name,
            "to_id": choices[row["id"]].person_id,
            "because": because[row["id"]],
            "passes": row["passes"] + 1,
        },
    )
    passed = [(_given(row, choices[row["id"]].person_id), row["assignee_id"]) for row in change.rows]
    tell_passed_on(passed, people, now=change.now)


def _because(before: str, choice: Choice, minutes: int) -> str:
    return f"{before} did not get to it within {minutes} minutes. {choice.because}"


def _given(row: Row, to: int) -> Given:
    return Given(row["id"], row["version"] + 1, row["subject"], to, row["contact_id"], speed_to_lead=True)


def _give_up(ids: Sequence[int], now: datetime) -> None:
    """What went round in vain is missed, stays with whom it is, and its managers hear of it at once."""
    if not ids:
        return
    with changing("miss", FollowUp.objects.filter(pk__in=ids), by=None, now=now) as change:
        mark_missed(change)
        staff = Staff.load(now)
        told: dict[int, list[Given]] = {}
        for row in change.rows:
            for manager in _managers(staff, row["assignee_id"]):
                told.setdefault(manager, []).append(_given(row, row["assignee_id"]))
        tell_unreached(told, now=now)
        tell_missed(change.rows, change.people, now=now)
        open_escalations(change.ids, now=now, at=now)


def _managers(staff: Staff, person_id: int) -> list[int]:
    """Those above the person who are there, else the administrators."""
    above = [one for one in staff.above(person_id) if not staff.people[one].away]
    return above or staff.administrators()
