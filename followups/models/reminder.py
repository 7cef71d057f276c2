"""Reminders: narrow rows that a sweep turns into messages, each exactly once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class ReminderState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    FIRED = "fired", "Sent"
    CANCELLED = "cancelled", "Cancelled"  # its follow-up ended
    FAILED = "failed", "Failed"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def due(self, now: datetime) -> ReminderQuerySet:
        return self.filter(state=ReminderState.WAITING, fire_at__lte=now)


class Reminder(models.Model):
    """One notice to one person, `before_minutes` before the due time, or at an absolute moment.

    A crash errs on the side of once: the row and its outbox rows change in one transaction.
    """

    followup = models.ForeignKey(
        "followups.FollowUp", on_delete=models.CASCADE, related_name="reminders", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    before_minutes = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    #: "before:15" or "at:2026-11-20T08:00:00+00:00": never null, so that it can be unique.
    slot = models.CharField(max_length=40)
    #: Empty means as the person prefers.
    channels = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    fire_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ReminderState.choices, default=ReminderState.WAITING)
    fired_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField(default=False, help_text="Its time had already passed when it was set")
    error = models.CharField(max_length=300, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["followup", "user", "slot"], name="reminder_once"),
            models.CheckConstraint(
                condition=Q(before_minutes__isnull=False, at__isnull=True)
                | Q(before_minutes__isnull=True, at__isnull=False),
                name="reminder_relative_or_absolute",
            ),
        ]
        indexes = [
            # The reminder sweep.
            models.Index(fields=["fire_at", "id"], condition=Q(state=ReminderState.WAITING), name="reminders_due"),
        ]
