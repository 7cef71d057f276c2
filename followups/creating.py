"""Making follow-ups, one or thousands, in one transaction and a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from crm.sql_arrays import array, id_array
from crm.timeline import Happening, record
from crm.undo import remember
from followups import reminder_rows
from followups.assignment import candidates, share_out
from followups.concerned import Concerned, Whom, concerned_by
from followups.due import Due, anchor, due_by, in_words
from followups.lifecycle import BadAssignee, BadChange
from followups.merge_fields import fill_in
from followups.models import FollowUp, FollowUpTag, FollowUpType, Priority
from followups.people import Person, load_people
from followups.record_words import record_words
from followups.reminder_plans import ReminderPlan
from followups.telling import Given, tell_assignees
from followups.undoing import KIND_CREATED
from followups.words import SUBJECT, clean_group, clean_subject, clean_text

if TYPE_CHECKING:
    from crm.models import User


@dataclass(slots=True)
class NewFollowUp:
    """It concerns a contact, a partner, or both. `assignee_id` None lets the load decide; `reminders` None means the
    type's own. A `source_key` that is known already makes no second one."""

    contact_id: int | None
    subject: str
    type_id: int
    due: Due
    assignee_id: int | None = None
    priority: str = "medium"
    description: str = ""
    pinned: bool = False
    group: str = ""
    tag_ids: Sequence[int] = ()
    reminders: Sequence[ReminderPlan] | None = None
    note_id: int | None = None
    event_id: int | None = None
    template_id: int | None = None
    partner_id: int | None = None
    deal_id: int | None = None
    document_id: int | None = None
    invoice_id: int | None = None
    made_by_set_id: int | None = None
    source_key: str = ""
    speed_to_lead: bool = False
    assigned_because: str = ""
    #: Whoever gets it hears of it in another notice.
    announced: bool = False


@dataclass(slots=True)
class Created:
    """`ids` in the order asked for, without those that were there already."""

    ids: list[int] = field(default_factory=list)
    undo_id: int | None = None


def create(new: Sequence[NewFollowUp], *, by: User | None, now: datetime) -> list[int]:
    """Make the follow-ups and return the ids of those that were not there yet. Raises BadChange for bad input."""
    return create_set(new, by=by, now=now).ids


def create_set(
    new: Sequence[NewFollowUp],
    *,
    by: User | None,
    now: datetime,
    cause_id: int | None = None,
    giver_id: int | None = None,
) -> Created:
    """As `create`; a person's step can be taken back with `undo_id`. `giver_id` is who asked for them where a machine
    makes them: that person need not be told."""
    with transaction.atomic():
        wanted = _not_there_yet(new)
        if not wanted:
            return Created()
        concerned, words_of_records = concerned_by(wanted), record_words(wanted)
        for one in wanted:
            words = concerned[one.contact_id, one.partner_id].words | words_of_records(one)
            one.subject = clean_subject(_filled(one.subject, words))
            one.description = clean_text(fill_in(one.description, words))
            one.group = clean_group(one.group)
            one.speed_to_lead = one.speed_to_lead and one.contact_id is not None  # a partner is no lead
        types = _types(wanted)
        people = _assign(wanted, concerned, now)
        ids = _insert(wanted, people, by, now)
        made = [(pk, one) for pk, one in zip(ids, wanted, strict=True) if pk is not None]
        _plan_reminders(made, types, people, now)
        FollowUpTag.objects.bulk_create(
            [FollowUpTag(followup_id=pk, tag_id=tag) for pk, one in made for tag in dict.fromkeys(one.tag_ids)]
        )
        record([_happening(pk, one, types, people, by, now, cause_id) for pk, one in made], now=now)
        tell_assignees(
            [
                Given(pk, 1, one.subject, _assignee(one), one.contact_id, one.speed_to_lead)
                for pk, one in made
                if not one.announced
            ],
            giver_id=by.pk if by else giver_id,
            giver=by.name if by else "Followthrough",
            now=now,
        )
        created = Created([pk for pk, _ in made])
        if by is not None and made:
            created.undo_id = remember(
                user=by,
                label=f"Added “{made[0][1].subject}”" if len(made) == 1 else f"Added {len(made)} follow-ups",
                kind=KIND_CREATED,
                payload={"rows": [{"id": pk, "version": 1} for pk, _ in made]},
                now=now,
            )
    return created


def _not_there_yet(new: Sequence[NewFollowUp]) -> list[NewFollowUp]:
    """Copies of those without a known source key, so that nobody counts as busy for the others; the database guards
    the rest."""
    seen: set[str] = set()
    if keys := [one.source_key for one in new if one.source_key]:
        seen |= set(FollowUp.objects.filter(source_key__in=keys).values_list("source_key", flat=True))
    wanted = []
    for one in new:
        if one.source_key in seen:
            continue
        if one.source_key:
            seen.add(one.source_key)
        wanted.append(replace(one))
    return wanted


def _filled(subject: str, words: dict[str, str]) -> str:
    """The subject with its merge fields; a name that is too long for it is cut, not refused, and words of which all
    are empty become plain ones."""
    return (fill_in(subject, words)[:SUBJECT].strip() or "Follow up") if "{{" in subject else subject


def _types(wanted: Sequence[NewFollowUp]) -> dict[int, FollowUpType]:
    types = {one.pk: one for one in FollowUpType.objects.all()}
    for one in wanted:
        if one.type_id not in types:
            raise BadChange("That type of follow-up does not exist.")
        if one.priority not in Priority.values:
            raise BadChange(f"“{one.priority}” is not a priority. Choose one of: {', '.join(Priority.values)}.")
    return types


def _assign(wanted: Sequence[NewFollowUp], concerned: Mapping[Whom, Concerned], now: datetime) -> dict[int, Person]:
    """Choose people where nobody was chosen, with the reason; refuse those who may not hold follow-ups."""
    open_ones = [one for one in wanted if one.assignee_id is None]
    if open_ones:
        choices = share_out(
            [(concerned[one.contact_id, one.partner_id].need, ()) for one in open_ones], candidates(now)
        )
        for one, choice in zip(open_ones, choices, strict=True):
            one.assignee_id, one.assigned_because = choice.person_id, choice.because
    people = load_people([one.assignee_id for one in wanted])
    for one in wanted:
        person = people.get(_assignee(one))
        if person is None or not person.may_hold:
            raise BadAssignee(person.name if person else "That person")
    return people


def _assignee(one: NewFollowUp) -> int:
    assert one.assignee_id is not None
    return one.assignee_id


def _insert(
    wanted: Sequence[NewFollowUp],
    people: dict[int, Person],
    by: User | None,
    now: datetime,
) -> list[int | None]:
    """Store the rows; None where another transaction was first with the same source key."""
    columns: dict[str, tuple[str, list[Any]]] = {
        "contact_id": ("bigint", [one.contact_id for one in wanted]),
        "subject": ("text", [one.subject for one in wanted]),
        "description": ("text", [one.description for one in wanted]),
        '"group"': ("text", [one.group for one in wanted]),
        "type_id": ("bigint", [one.type_id for one in wanted]),
        "priority": ("text", [one.priority for one in wanted]),
        "due_on": ("date", [one.due.on for one in wanted]),
        "due_at": ("timestamptz", [one.due.at for one in wanted]),
        "due_by": ("timestamptz", [due_by(one.due, people[_assignee(one)].zone) for one in wanted]),
        "assignee_id": ("bigint", [one.assignee_id for one in wanted]),
        "assigned_because": ("text", [one.assigned_because[:300] for one in wanted]),
        "pinned": ("bool", [one.pinned for one in wanted]),
        "speed_to_lead": ("bool", [one.speed_to_lead for one in wanted]),
        "source_key": ("text", [one.source_key for one in wanted]),
        "note_id": ("bigint", [one.note_id for one in wanted]),
        "event_id": ("bigint", [one.event_id for one in wanted]),
        "template_id": ("bigint", [one.template_id for one in wanted]),
        "partner_id": ("bigint", [one.partner_id for one in wanted]),
        "deal_id": ("bigint", [one.deal_id for one in wanted]),
        "document_id": ("bigint", [one.document_id for one in wanted]),
        "invoice_id": ("bigint", [one.invoice_id for one in wanted]),
        "made_by_set_id": ("bigint", [one.made_by_set_id for one in wanted]),
    }
    arrays = ", ".join(f"%s::{kind}[]" for kind, _ in columns.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('followups_followup', 'id')) FROM generate_series(1, %s)",
            [len(wanted)],
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"""
            INSERT INTO followups_followup (id, {", ".join(columns)}, creator_id, status, snooze_count, reschedule_count,
                completion_notes, cancel_reason, passes, version, created_at, updated_at)
            SELECT t.*, %s, 'pending', 0, 0, '', '', 0, 1, %s, %s FROM unnest(%s::bigint[], {arrays}) AS t
            ON CONFLICT (source_key) WHERE NOT (source_key = '') DO NOTHING RETURNING id
            """,
            [by.pk if by else None, now, now, id_array(ids), *(array(values) for _, values in columns.values())],
        )
        stored = {row[0] for row in cursor.fetchall()}
    return [pk if pk in stored else None for pk in ids]


def _plan_reminders(
    made: Sequence[tuple[int, NewFollowUp]], types: dict[int, FollowUpType], people: dict[int, Person], now: datetime
) -> None:
    planned = []
    for pk, one in made:
        plans = one.reminders
        if plans is None:
            plans = [ReminderPlan(before_minutes=minutes) for minutes in types[one.type_id].default_reminders]
        hook = reminder_rows.Anchor(anchor(one.due, people[_assignee(one)].zone), None, _assignee(one))
        planned += [reminder_rows.Planned(pk, plan, hook) for plan in plans]
    reminder_rows.add(planned, now=now)


def _happening(
    pk: int,
    one: NewFollowUp,
    types: dict[int, FollowUpType],
    people: dict[int, Person],
    by: User | None,
    now: datetime,
    cause_id: int | None,
) -> Happening:
    person = people[_assignee(one)]
    return Happening(
        "followup_created",
        one.contact_id,
        now,
        actor="person" if by else "system",
        user_id=by.pk if by else None,
        subject_kind="followup",
        subject_id=pk,
        data={
            "subject": one.subject,
            "by": by.name if by else "Followthrough",
            "type": types[one.type_id].slug,
            "priority": one.priority,
            "assignee": person.name,
            "assignee_id": person.id,
            "because": one.assigned_because,
            "due": in_words(one.due, person.zone),
            "due_by": due_by(one.due, person.zone).isoformat(),
            **({"partner_id": one.partner_id} if one.partner_id else {}),
        },
        cause_id=cause_id,
    )
