"""Asking again for a document that was rejected, where no follow-up for it is left to go on with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.models import Contact, Document, Event, User
from followups.assignment import candidates
from followups.choosing import Choice, Need, Owner, give, whose
from followups.creating import NewFollowUp, create
from followups.models import FollowUpTemplate
from followups.models.template import MadeFor
from followups.people import load_people
from followups.reminder_plans import ReminderPlan
from followups.templates import due_after


def template_for(purpose: str) -> FollowUpTemplate | None:
    """The template that the product uses on this occasion; None where it was put away, which turns it off."""
    return FollowUpTemplate.objects.filter(made_for=purpose, archived_at__isnull=True).first()


def ask_again(rejected: Sequence[tuple[Document, Event]], *, now: datetime) -> list[int]:
    """Make a follow-up for each, once an event; `whose_documents` says for whom."""
    template = template_for(MadeFor.MISSING_DOCUMENT) if rejected else None
    if template is None:
        return []
    chosen = whose_documents([document for document, _ in rejected], now)
    zones = {pk: one.zone for pk, one in load_people([choice.person_id for choice in chosen.values()]).items()}
    return create(
        [
            NewFollowUp(
                contact_id=document.contact_id,
                subject=template.subject,
                description=template.description or f"Rejected: {document.reject_reason}",
                type_id=template.type_id,
                due=due_after(
                    template.delay_days,
                    template.due_time,
                    since=event.occurred_at,
                    now=now,
                    zone_name=zones[chosen[document.pk].person_id],
                ),
                assignee_id=chosen[document.pk].person_id,
                assigned_because=chosen[document.pk].because,
                priority=template.priority,
                reminders=[ReminderPlan(before_minutes=minutes) for minutes in template.reminders] or None,
                event_id=event.pk,
                template_id=template.pk,
                document_id=document.pk,
                source_key=f"rejected:{document.pk}:e{event.pk}",
            )
            for document, event in rejected
            if document.pk in chosen
        ],
        by=None,
        now=now,
    )


def whose_documents(documents: Sequence[Document], now: datetime) -> dict[int, Choice]:
    """Who is to see to each document, by its id: the owner of the client, else whoever asked for it, else by load. Those of
    deleted clients are left out."""
    rows = Contact.objects.alive().filter(pk__in={one.contact_id for one in documents})
    contacts = {
        pk: (owner_id, Need(country, language, team))
        for pk, owner_id, country, language, team in rows.values_list(
            "pk", "owner_id", "country", "language", "team_id"
        )
    }
    people = {person.id: person for person in candidates(now)}
    if not people:
        return {}
    deputies = dict(User.objects.filter(pk__in=list(people), deputy__isnull=False).values_list("pk", "deputy_id"))
    chosen = {}
    for one in documents:
        if one.contact_id in contacts:
            owner_id, need = contacts[one.contact_id]
            owners = [Owner(owner_id), Owner(one.requested_by_id, "the one who asked for it")]
            chosen[one.pk] = whose(owners, need, people, deputies)
            give(people[chosen[one.pk].person_id], people[chosen[one.pk].person_id].turn)
    return chosen
