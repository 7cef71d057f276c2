"""The follow-up: a thing somebody must do for a client by some time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models import User


class Status(models.TextChoices):
    PENDING = "pending", "Pending"  # to do
    IN_PROGRESS = "in_progress", "In progress"  # somebody has started
    COMPLETED = "completed", "Completed"
    MISSED = "missed", "Missed"  # past due; still to be done
    CANCELLED = "cancelled", "Cancelled"


class Priority(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


#: Still to be done: a missed one stays on the list until somebody settles it.
OPEN = [Status.PENDING, Status.IN_PROGRESS, Status.MISSED]
_OPEN = Q(deleted_at__isnull=True, status__in=OPEN)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def alive(self) -> FollowUpQuerySet:
        return self.filter(deleted_at__isnull=True)

    def open(self) -> FollowUpQuerySet:
        return self.filter(_OPEN)

    def overdue(self, now: datetime) -> FollowUpQuerySet:
        """Open and past their time: derived from the clock, never stored."""
        return self.open().filter(due_by__lte=now)

    def snoozed(self, now: datetime) -> FollowUpQuerySet:
        return self.open().filter(snoozed_until__gt=now)

    def awake(self, now: datetime) -> FollowUpQuerySet:
        return self.exclude(snoozed_until__gt=now)

    def visible_to(self, user: User) -> FollowUpQuerySet:
        """The one door: administrators and viewers all; managers their teams'; agents what is assigned to them,
        what they created, and what concerns a contact or a partner that they own."""
        from followups.access import followup_scope

        return self.alive().filter(followup_scope(user))


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        condition=pghistory.AnyChange(exclude=["priority_score", "version", "updated_at", "due_by"], exclude_auto=True),
    ),
    pghistory.DeleteEvent("before_delete"),
    exclude=["priority_score"],
    model_name="FollowUpHistory",
)
class FollowUp(models.Model):
    """Due on a date (which has no time zone) or at a moment, never both.

    `due_by` is the moment after which it is overdue: the due time, or the end of the due date where its assignee is.
    """

    contact = models.ForeignKey(
        "crm.Contact", null=True, blank=True, on_delete=models.CASCADE, related_name="followups", db_index=False
    )
    #: A follow-up concerns a contact, a partner, or both (A7).
    partner = models.ForeignKey(
        "crm.Partner", null=True, blank=True, on_delete=models.CASCADE, related_name="followups", db_index=False
    )
    subject = models.CharField(max_length=200)
    description = models.TextField(blank=True, help_text="HTML of a small safe set")
    type = models.ForeignKey("followups.FollowUpType", on_delete=models.PROTECT, db_index=False)
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.MEDIUM)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.PENDING)
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_by = models.DateTimeField(editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="followups", db_index=False
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    assigned_because = models.CharField(max_length=300, blank=True, help_text="Why this person, when nobody chose")
    tags = models.ManyToManyField("crm.Tag", through="followups.FollowUpTag", related_name="followups")
    pinned = models.BooleanField(default=False)
    group = models.CharField(max_length=80, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_count = models.PositiveSmallIntegerField(default=0)
    reschedule_count = models.PositiveSmallIntegerField(default=0)

    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    outcome = models.ForeignKey("followups.Outcome", null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    completion_notes = models.TextField(blank=True)
    duration_minutes = models.PositiveIntegerField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=300, blank=True)

    #: A first contact with a new lead: the clock runs, and unmet it passes on (B7).
    speed_to_lead = models.BooleanField(default=False)
    passes = models.PositiveSmallIntegerField(default=0)
    #: Made by a machine for a cause that must not make two: "first-contact:17", "check-in:17:2026-11-20", "note:5".
    source_key = models.CharField(max_length=120, blank=True)
    note = models.ForeignKey("crm.Note", null=True, blank=True, on_delete=models.SET_NULL, related_name="followups")
    event_id = models.BigIntegerField(
        null=True, blank=True, help_text="The event it was made from; no key, events are partitioned"
    )
    #: The records that it waits for; when they arrive or are paid it closes by itself.
    deal = models.ForeignKey(
        "crm.Deal", null=True, blank=True, on_delete=models.SET_NULL, related_name="followups", db_index=False
    )
    document = models.ForeignKey(
        "crm.Document", null=True, blank=True, on_delete=models.SET_NULL, related_name="followups", db_index=False
    )
    invoice = models.ForeignKey(
        "crm.Invoice", null=True, blank=True, on_delete=models.SET_NULL, related_name="followups", db_index=False
    )
    made_by_set = models.ForeignKey(
        "followups.FollowUpSet", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    template = models.ForeignKey("followups.FollowUpTemplate", null=True, blank=True, on_delete=models.SET_NULL)

    priority_score = models.SmallIntegerField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_at__isnull=False) | Q(due_on__isnull=False, due_at__isnull=True),
                name="followup_due_on_or_at",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="followup_status_is_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="followup_priority_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.COMPLETED, completed_at__isnull=False)
                | (~Q(status=Status.COMPLETED) & Q(completed_at__isnull=True)),
                name="followup_completed_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CANCELLED, cancelled_at__isnull=False)
                | (~Q(status=Status.CANCELLED) & Q(cancelled_at__isnull=True)),
                name="followup_cancelled_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | Q(partner__isnull=False), name="followup_concerns_somebody"
            ),
            models.UniqueConstraint(fields=["source_key"], condition=~Q(source_key=""), name="followup_source_once"),
        ]
        indexes = [
            # My list and the focus queue; the dashboard's counts.
            models.Index(fields=["assignee", "due_by", "id"], condition=_OPEN, name="followups_open_of"),
            # Everybody's list; overdue figures.
            models.Index(fields=["due_by", "id"], condition=_OPEN, name="followups_open_by_due"),
            # The overdue sweep: what may still become missed.
            models.Index(
                fields=["due_by"],
                condition=Q(deleted_at__isnull=True, status=Status.PENDING),
                name="followups_to_miss",
            ),
            # The speed-to-lead sweep: first contacts whose clock runs and that nobody has taken in hand.
            models.Index(
                fields=["due_by"],
                condition=Q(deleted_at__isnull=True, status=Status.PENDING, speed_to_lead=True, reschedule_count=0),
                name="followups_first_contact",
            ),
            # The list of open first contacts.
            models.Index(fields=["due_by", "id"], condition=_OPEN & Q(speed_to_lead=True), name="followups_open_leads"),
            # The sweep of what was started and left lying.
            models.Index(
                fields=["due_by"],
                condition=Q(deleted_at__isnull=True, status=Status.IN_PROGRESS),
                name="followups_started",
            ),
            models.Index(fields=["contact", "due_by"], name="followups_of_contact"),
            models.Index(fields=["partner", "due_by"], condition=Q(partner__isnull=False), name="followups_of_partner"),
            # What closes when a document comes or an invoice is paid; what a deal's page shows.
            models.Index(fields=["document"], condition=Q(document__isnull=False), name="followups_of_document"),
            models.Index(fields=["invoice"], condition=Q(invoice__isnull=False), name="followups_of_invoice"),
            models.Index(fields=["deal", "due_by"], condition=Q(deal__isnull=False), name="followups_of_deal"),
            models.Index(fields=["made_by_set"], condition=Q(made_by_set__isnull=False), name="followups_of_set"),
            # What an agent sees because they own the contact.
            models.Index(fields=["contact"], condition=_OPEN, name="followups_open_of_contact"),
            models.Index(fields=["creator", "due_by"], condition=_OPEN, name="followups_created_by"),
            # "Done this week", yesterday's result.
            models.Index(
                fields=["completed_by", "completed_at"],
                condition=Q(completed_at__isnull=False),
                name="followups_done_by",
            ),
            models.Index(F("created_at").desc(), F("id").desc(), name="followups_by_arrival"),
            models.Index(
                F("updated_at").desc(), F("id").desc(), condition=Q(deleted_at__isnull=True), name="followups_by_change"
            ),
            models.Index(
                fields=["status", "due_by", "id"], condition=Q(deleted_at__isnull=True), name="followups_by_status"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_open(self) -> bool:
        return self.status in OPEN and self.deleted_at is None

    @property
    def who(self) -> str:
        """Whom it concerns: the contact, the partner, or both."""
        return " · ".join(one.name for one in (self.contact, self.partner) if one)

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.due_by <= now


class FollowUpTag(models.Model):
    followup = models.ForeignKey(FollowUp, on_delete=models.CASCADE)
    tag = models.ForeignKey("crm.Tag", on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["followup", "tag"], name="followup_tag_once")]
