"""Follow-ups made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from automation.effects.about import record_of
from automation.effects.shape import Done, Order
from automation.effects.whose import NOBODY, whose_each
from automation.effects.words import filled, values_of
from automation.engine.spans import LOCAL_UNITS, add_span
from automation.engine.state import MADE, made_key
from crm.models import Deal, Document, Invoice
from crm.zones import local_day
from followups.assignment import candidates
from followups.choosing import Candidate, Choice
from followups.creating import NewFollowUp, create_set
from followups.due import Due
from followups.models import FollowUp, FollowUpTemplate, FollowUpType
from followups.people import load_people
from followups.reminder_plans import ReminderPlan
from followups.templates import due_after
from messaging.templating.values import Values

_RECORDS = {"deal": Deal, "document": Document, "invoice": Invoice}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What follow-ups are made from: templates in use by id, types by short name, colleagues, records that are there with whose they
    are."""

    templates: Mapping[int, FollowUpTemplate]
    types: Mapping[str, int]
    people: Mapping[int, Candidate]
    records: Mapping[str, Mapping[int, int | None]]


def create(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Make the follow-ups, each once. A template, type or colleague that is gone fails the step."""
    shelf = _shelf(orders, now)
    failed = {one.enrollment_id: why for one in orders if (why := _cannot(one, shelf))}
    good = [one for one in orders if one.enrollment_id not in failed]
    choices = whose_each(good, shelf.people)
    zones = {pk: person.zone for pk, person in load_people(choice.person_id for choice in choices.values()).items()}
    texts = [text for one in good for text in (one.effect.subject, one.effect.description)]
    values = values_of(good, texts, now=now)
    new = [
        _new(one, shelf, choices[one.enrollment_id], zones[choices[one.enrollment_id].person_id], values, now)
        for one in good
    ]
    create_set(new, by=None, now=now)
    ids = dict(FollowUp.objects.filter(source_key__in=[_key(one) for one in good]).values_list("source_key", "pk"))
    return [
        Done(failed=failed[one.enrollment_id])
        if one.enrollment_id in failed
        else _made(one, ids[_key(one)], choices[one.enrollment_id])
        for one in orders
    ]


def _shelf(orders: Sequence[Order], now: datetime) -> Shelf:
    """Seven queries at most, whatever the number of people."""
    templates = FollowUpTemplate.objects.filter(
        pk__in={one.effect.template_id for one in orders if one.effect.template_id}
    )
    records = {}
    for kind, model in _RECORDS.items():
        ids = {pk for one in orders if (pk := record_of(one, kind))}
        alive = model._default_manager.filter(pk__in=ids, deleted_at__isnull=True)
        records[kind] = dict(alive.values_list("pk", "contact_id")) if ids else {}
    return Shelf(
        {one.pk: one for one in templates},
        dict(FollowUpType.objects.values_list("slug", "pk")),
        {person.id: person for person in candidates(now)},
        records,
    )


def _cannot(one: Order, shelf: Shelf) -> str:
    effect, template = one.effect, shelf.templates.get(one.effect.template_id)
    if effect.template_id is not None and template is None:
        return "Its template was deleted. Choose another one."
    if template is not None and template.archived_at is not None:
        return f"The template “{template.name}” was put away. Choose another one."
    if effect.type and effect.type not in shelf.types:
        return f"The type “{effect.type}” was deleted. Choose another one."
    if effect.whom == "person" and effect.person_id not in shelf.people:
        return "The colleague who was to get it cannot hold follow-ups any more. Choose another one."
    return "" if shelf.people else NOBODY


def _new(
    one: Order, shelf: Shelf, choice: Choice, zone_name: str, values: Mapping[int, Values], now: datetime
) -> NewFollowUp:
    effect, template, mine = one.effect, shelf.templates.get(one.effect.template_id), values[one.enrollment_id]
    named = {kind: record_of(one, kind) for kind in shelf.records}
    # A number that came from outside may be somebody else's record.
    records = {kind: pk if pk and shelf.records[kind].get(pk) == one.contact_id else None for kind, pk in named.items()}
    reminders = [ReminderPlan(before_minutes=minutes) for minutes in template.reminders] if template else []
    return NewFollowUp(
        contact_id=one.contact_id,
        subject=filled(effect.subject, mine)[:200] or (template.subject if template else "Follow up"),
        description=filled(effect.description, mine) or (template.description if template else ""),
        type_id=shelf.types[effect.type] if effect.type else template.type_id if template else 0,
        due=_due(one, template, zone_name, now),
        assignee_id=choice.person_id,
        assigned_because=choice.because,
        priority=effect.priority or (template.priority if template else "medium"),
        reminders=reminders or None,
        template_id=effect.template_id,
        deal_id=records["deal"],
        document_id=records["document"],
        invoice_id=records["invoice"],
        source_key=_key(one),
    )


def _due(one: Order, template: FollowUpTemplate | None, zone_name: str, now: datetime) -> Due:
    """So long after the step was reached; never late from the start. Days are the colleague's."""
    effect, hours, since = one.effect, one.facts.hours, one.state.since
    at = effect.at or (template.due_time if template else None)
    if effect.unit not in LOCAL_UNITS:
        due = add_span(since, effect.amount, effect.unit, zone_name, hours)
        return Due(at=due if due > now else add_span(now, effect.amount, effect.unit, zone_name, hours))
    then = add_span(since, effect.amount, effect.unit, zone_name, hours)
    days = (local_day(then, zone_name) - local_day(since, zone_name)).days
    return due_after(days, at, since=since, now=now, zone_name=zone_name)


def _made(one: Order, pk: int, choice: Choice) -> Done:
    key = made_key(one.step, one.state.visits)
    return Done(f"Created the follow-up: {choice.because}.", {"followup": pk}, {MADE: {key: pk}})


def _key(one: Order) -> str:
    return f"automation:{one.key}"
