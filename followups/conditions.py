"""What conditions can ask of a contact's follow-ups (D4)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from crm.conditions.contact_fields import lowered
from crm.conditions.fields import Field, Source, Subject, Type, named
from crm.conditions.records import when
from crm.conditions.sources import PEOPLE, by_name, by_slug
from crm.conditions.subjects import register_subject
from followups.models import FollowUp, FollowUpType, Outcome, Priority, Status
from followups.models.followup import OPEN

TYPES = Source("followup_types", "type of follow-up", by_name(FollowUpType), by_slug(FollowUpType))
OUTCOMES = Source("outcomes", "outcome", by_name(Outcome, "label"), by_slug(Outcome))


def register() -> None:
    """Make them known; called once at start-up."""
    register_subject(Subject("followups", "follow-up", "follow-ups", _rows, "contact", "created_at", _fields()))


def _rows() -> Any:
    return FollowUp.objects.filter(deleted_at__isnull=True)


def _fields() -> dict[str, Field]:
    still_open = Q(status__in=OPEN)
    return named(
        Field("open", "open", Type.YES_NO, guard=still_open, adjective=True),
        Field("overdue", "overdue", Type.YES_NO, "due_by", guard=still_open, adjective=True),
        Field("status", "status", Type.CHOICE, "status", options=dict(Status.choices), adjective=True),
        Field("type", "type", Type.CHOICE, "type_id", source=TYPES, says={"equals": "of the type {value}"}),
        Field("priority", "priority", Type.CHOICE, "priority", options=dict(Priority.choices)),
        Field("outcome", "outcome", Type.CHOICE, "outcome_id", source=OUTCOMES),
        Field("assignee", "assignee", Type.CHOICE, "assignee_id", source=PEOPLE, says={"equals": "for {value}"}),
        Field("subject", "subject", Type.TEXT, lowered("subject")),
        when("due", "due", "due", Type.MOMENT, "due_by"),
        when("created", "made", "made", Type.MOMENT, "created_at"),
        when("completed_at", "completion", "completed", Type.MOMENT),
    )
