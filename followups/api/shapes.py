"""Follow-ups as the API shows and takes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, model_validator

from crm.api.shapes import Body, DueAt, Id, Moment, Version
from followups.due import Due
from followups.models import FollowUp
from followups.reminder_plans import ReminderPlan

Slug = Annotated[str, Field(min_length=1, max_length=60)]
PriorityName = Literal["low", "medium", "high", "urgent"]
StatusName = Literal["pending", "in_progress", "completed", "missed", "cancelled"]
ReminderChannel = Literal["email", "in_app", "sms", "whatsapp", "push"]


class ReminderOut(Schema):
    before_minutes: int | None = None
    at: datetime | None = None
    channels: list[str] = Field(description="Empty: as the person prefers")
    sent_at: datetime | None


class Links(Schema):
    """The records that a follow-up hangs on."""

    note: int | None
    event: int | None
    document: int | None
    invoice: int | None
    deal: int | None
    automation: int | None
    step: int | None


class FollowUpOut(Schema):
    id: int
    contact: int | None = Field(description="Null where it concerns a partner alone")
    partner: int | None
    subject: str
    description: str
    type: str
    priority: str
    status: str
    due_at: str = Field(description="A date, or a date and time in UTC")
    assignee: int
    creator: int | None
    tags: list[str]
    pinned: bool
    outcome: str | None
    completion_notes: str
    completed_at: datetime | None
    missed_at: datetime | None
    recurrence: str | None
    reminders: list[ReminderOut]
    priority_score: int | None
    links: Links
    version: int
    created_at: datetime
    updated_at: datetime


class FollowUpPage(Schema):
    items: list[FollowUpOut]
    next: str | None


#: What `followup_out` reads; loaded in a fixed number of queries for a whole page.
RELATED, PREFETCHED = ("type", "outcome"), ("tags", "reminders")
_PLAIN = (
    "id",
    "subject",
    "description",
    "priority",
    "status",
    "pinned",
    "completion_notes",
    "completed_at",
    "missed_at",
    "priority_score",
    "version",
    "created_at",
    "updated_at",
)
_NO_LINKS = dict.fromkeys(("automation", "step"))


def followup_out(followup: FollowUp) -> dict[str, Any]:
    """The follow-up as a plain dictionary."""
    return {name: getattr(followup, name) for name in _PLAIN} | {
        "contact": followup.contact_id,
        "partner": followup.partner_id,
        "type": followup.type.slug,
        "due_at": (followup.due_on or followup.due_at).isoformat(),  # type: ignore[union-attr]  # one of them is always there
        "assignee": followup.assignee_id,
        "creator": followup.creator_id,
        "tags": [tag.slug for tag in followup.tags.all()],
        "outcome": followup.outcome.slug if followup.outcome else None,
        "recurrence": None,
        "reminders": [
            {
                "before_minutes": one.before_minutes,
                "at": one.at,
                "channels": one.channels,
                "sent_at": one.fired_at,
            }
            for one in followup.reminders.all()
            if one.state != "cancelled"
        ],
        "links": {
            "note": followup.note_id,
            "event": followup.event_id,
            "document": followup.document_id,
            "invoice": followup.invoice_id,
            "deal": followup.deal_id,
            **_NO_LINKS,
        },
    }


class ReminderIn(Body):
    """Exactly one of `before_minutes` and `at`."""

    before_minutes: Annotated[int, Field(ge=0, le=527_040)] | None = None
    at: Moment | None = None
    channels: list[ReminderChannel] = Field([], max_length=5)

    @model_validator(mode="after")
    def _one_of_two(self) -> ReminderIn:
        if (self.before_minutes is None) == (self.at is None):
            raise ValueError("give before_minutes or at, one of the two")
        return self


def plans(reminders: Sequence[ReminderIn] | None) -> list[ReminderPlan] | None:
    if reminders is None:
        return None
    return [ReminderPlan(one.before_minutes, one.at, tuple(one.channels)) for one in reminders]


def due_of(value: date | datetime) -> Due:
    """Raises BadDue."""
    return Due(at=value) if isinstance(value, datetime) else Due(on=value)


class FollowUpFields(Body):
    subject: str = Field(min_length=1, max_length=200)
    description: str = Field("", max_length=50_000, description="HTML of a small safe set, or plain text")
    type: Slug = "call"
    priority: PriorityName = "medium"
    due_at: DueAt
    assignee: Id | None = Field(None, description="Left out: chosen by load, absences and territory")
    tags: list[Slug] = Field([], max_length=50)
    pinned: bool = False
    reminders: list[ReminderIn] | None = Field(None, max_length=20, description="Left out: the type's own")


class NewForContact(FollowUpFields):
    note: Id | None = Field(None, description="The note that it was made from")
    partner: Id | None = Field(None, description="The partner whom it concerns too")
    deal: Id | None = Field(None, description="The deal that it waits for")
    document: Id | None = Field(None, description="The document that it waits for")
    invoice: Id | None = Field(None, description="The invoice that it waits for")


class NewFollowUpIn(NewForContact):
    """Of `contact` and `partner` one is needed; a deal, a document or an invoice brings its contact along."""

    contact: Id | None = None


class FollowUpChange(FollowUpFields):
    subject: str = Field("", min_length=1, max_length=200)
    due_at: DueAt | None = None  # type: ignore[assignment]  # a change may leave it out
    version: Version | None = None


class Versioned(Body):
    version: Version | None = None


class Completion(Versioned):
    outcome: Slug
    notes: str = Field("", max_length=20_000)
    duration_minutes: Annotated[int, Field(ge=0, le=86_400)] | None = None


class Cancellation(Versioned):
    reason: str = Field(default="", max_length=300)


class NewDue(Versioned):
    due_at: DueAt


class Snooze(Versioned):
    """Exactly one of `minutes` and `until`."""

    minutes: Annotated[int, Field(ge=1, le=527_040)] | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Snooze:
        if (self.minutes is None) == (self.until is None):
            raise ValueError("give minutes or until, one of the two")
        return self


class Assignment(Versioned):
    assignee: Id
    because: str = Field("", max_length=300)


class Pinning(Versioned):
    pinned: bool = True


class QuickNote(Body):
    text: str = Field(min_length=1, max_length=20_000)
