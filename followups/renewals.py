"""Documents that expire: somebody informs the client, ever more urgently, until it is renewed (usecases.md no. 4).

At the first warning a follow-up "Inform about renewal"; at later ones its priority rises, or it is made anew where none
is open; at the last it climbs to the manager too. "Is acting" brings a look at how it goes 30 days later, "not
interested" ends it. What the kind of document warns of says when; a kind without days, or the template put away, turns
it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from crm.dispatching import Subscriber, subscribe
from crm.models import Document, Event
from crm.models.document import warning_days
from followups.arrived import EXPIRY, HERE
from followups.asking_again import template_for, whose_documents
from followups.changing import changing
from followups.creating import NewFollowUp, create
from followups.escalation import open_escalations
from followups.expiry_steps import Step, raised, step_at
from followups.house_rules import RENEWALS, rests
from followups.ladder import TEAM_LEAD
from followups.lifecycle import COMPLETED, OPEN
from followups.models import FollowUp, Sense
from followups.models.template import MadeFor
from followups.people import load_people
from followups.reminder_plans import ReminderPlan
from followups.templates import due_after

EXPIRING, COMPLETED_EVENT = "document_expiring", "followup_completed"

#: What came of it when the client is seeing to the new document.
ACTING = "is_acting"


def register() -> None:
    """Listen to what expires, and to what comes of it; called once at start-up."""
    subscribe(Subscriber("renewals", frozenset({EXPIRING}), warn))
    subscribe(Subscriber("renewal_checks", frozenset({COMPLETED_EVENT}), check_on))


@dataclass(slots=True)
class _Case:
    """One document that expires, and what is known of it."""

    document: Document
    event: Event
    step: Step
    open: list[Mapping[str, Any]] = field(default_factory=list)
    refused: bool = False

    @property
    def head(self) -> str:
        return head_of(self.document)


def head_of(document: Document) -> str:
    """How the keys of all follow-ups about this document's last day begin."""
    return f"{EXPIRY}{document.pk}:{document.expires_on}:"


def warn(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: make or raise the follow-up of each document that still expires."""
    cases = _cases(events)
    if not cases or rests(RENEWALS):
        return
    raising: dict[str, list[int]] = {}
    for case in cases.values():
        for row in case.open:
            if raised(row["priority"], case.step.priority):
                raising.setdefault(case.step.priority, []).append(row["id"])
    for priority, ids in sorted(raising.items()):
        with changing("set_priority", FollowUp.objects.filter(pk__in=ids), by=None, now=now) as change:
            change.write(priority=priority)
            change.tell("followup_priority_changed", lambda row: {"was": row["priority"]}, priority=priority)
    made = _make([case for case in cases.values() if not case.open], now)
    last = {case.document.pk for case in cases.values() if case.step.last}
    climbing = [row["id"] for case in cases.values() if case.step.last for row in case.open]
    climbing += FollowUp.objects.filter(pk__in=made, document__in=last).values_list("pk", flat=True)
    open_escalations(climbing, now=now, at=now, level=TEAM_LEAD)


def check_on(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: where the client is acting on it, look 30 days later at how it goes."""
    acting = {event.subject_id: event for event in events if event.data.get("outcome") == ACTING and event.subject_id}
    if not acting or rests(RENEWALS):
        return
    rows = FollowUp.objects.alive().filter(pk__in=acting, status=COMPLETED, source_key__startswith=EXPIRY)
    rows = rows.filter(document__deleted_at__isnull=True, document__isnull=False, outcome__slug=ACTING)
    found = [one for one in rows.select_related("document").order_by("pk") if _still_ends(one)]
    renewed = set(_renewed([one.document for one in found if one.document]))
    found = [one for one in found if one.document_id not in renewed]
    template = template_for(MadeFor.RENEWAL_CHECK) if found else None
    if template is None:
        return
    people = load_people([one.assignee_id for one in found])
    new = []
    for one in found:
        event, holder = acting[one.pk], people[one.assignee_id]
        new.append(
            NewFollowUp(
                contact_id=one.contact_id,
                subject=template.subject,
                description=template.description,
                type_id=template.type_id,
                due=due_after(
                    template.delay_days, template.due_time, since=event.occurred_at, now=now, zone_name=holder.zone
                ),
                assignee_id=holder.id if holder.may_hold else None,
                assigned_because=f"{holder.name} informed them" if holder.may_hold else "",
                priority=template.priority,
                reminders=[ReminderPlan(before_minutes=minutes) for minutes in template.reminders] or None,
                event_id=event.pk,
                template_id=template.pk,
                document_id=one.document_id,
                source_key=f"{':'.join(one.source_key.split(':')[:3])}:check:{one.pk}",
            )
        )
    create(new, by=None, now=now)


def _still_ends(one: FollowUp) -> bool:
    """Whether the last day that the follow-up is about is the document's still."""
    return one.document is not None and one.source_key.startswith(head_of(one.document))


def _cases(events: Sequence[Event]) -> dict[int, _Case]:
    """The documents that are here, expire on the day that was warned of, and were neither renewed nor given up."""
    last = {event.subject_id: event for event in events if event.subject_id}
    rows = Document.objects.alive().filter(pk__in=last, expires_on__isnull=False, contact__deleted_at__isnull=True)
    documents = {one.pk: one for one in rows.exclude(state="requested").select_related("kind").order_by("pk")}
    cases = {}
    for pk, document in documents.items():
        event = last[pk]
        days = document.kind.warn_days if document.kind else warning_days()
        step = step_at(int(event.data.get("days_left") or 0), days)
        if step is not None and event.data.get("expires_on") == document.expires_on.isoformat():  # type: ignore[union-attr]  # filtered above
            cases[pk] = _Case(document, event, step)
    for pk in _renewed([case.document for case in cases.values()]):
        cases.pop(pk, None)
    told = FollowUp.objects.alive().filter(document__in=cases, source_key__startswith=EXPIRY).order_by("pk")
    row: Mapping[str, Any]
    for row in told.values("id", "document_id", "status", "priority", "source_key", "outcome__sense"):
        case = cases[row["document_id"]]
        if not row["source_key"].startswith(case.head):
            continue
        if row["status"] in OPEN:
            case.open.append(row)
        elif row["status"] == COMPLETED and row["outcome__sense"] == Sense.NEGATIVE:
            case.refused = True
    return {pk: case for pk, case in cases.items() if not case.refused}


def _renewed(documents: Sequence[Document]) -> list[int]:
    """Those in whose place another is here: one that says so, or one of the kind that is valid longer."""
    if not documents:
        return []
    same = Q(replaces__in=documents) | Q(
        contact__in={one.contact_id for one in documents}, kind__in={one.kind_id for one in documents if one.kind_id}
    )
    newer = list(
        Document.objects.alive()
        .filter(same, state__in=HERE)
        .values_list("replaces_id", "contact_id", "kind_id", "expires_on")
    )
    found = []
    for one in documents:
        for replaces_id, contact_id, kind_id, until in newer:
            longer = (contact_id, kind_id) == (one.contact_id, one.kind_id) and one.kind_id is not None
            if replaces_id == one.pk or (longer and until and one.expires_on and until > one.expires_on):
                found.append(one.pk)
                break
    return found


def _make(cases: Iterable[_Case], now: datetime) -> list[int]:
    cases = list(cases)
    template = template_for(MadeFor.RENEWAL) if cases else None
    if template is None:
        return []
    chosen = whose_documents([case.document for case in cases], now)
    zones: Mapping[int, Any] = load_people([choice.person_id for choice in chosen.values()])
    new = []
    for case in cases:
        if case.document.pk not in chosen:
            continue
        choice = chosen[case.document.pk]
        days = template.delay_days if case.step.days is None else min(case.step.days, template.delay_days)
        reminders = [ReminderPlan(before_minutes=minutes) for minutes in template.reminders if minutes < days * 1440]
        new.append(
            NewFollowUp(
                contact_id=case.document.contact_id,
                subject=template.subject,
                description=template.description,
                type_id=template.type_id,
                due=due_after(
                    days,
                    template.due_time,
                    since=case.event.occurred_at,
                    now=now,
                    zone_name=zones[choice.person_id].zone,
                ),
                assignee_id=choice.person_id,
                assigned_because=choice.because,
                priority=case.step.priority or template.priority,
                reminders=reminders or None,
                event_id=case.event.pk,
                template_id=template.pk,
                document_id=case.document.pk,
                source_key=f"{case.head}{case.step.number}",
            )
        )
    return create(new, by=None, now=now)
