"""Templates for single follow-ups, with merge fields, a default priority and delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

from followups.models.followup import Priority

if TYPE_CHECKING:
    from crm.models import User


class FollowUpTemplateQuerySet(models.QuerySet["FollowUpTemplate"]):
    def visible_to(self, user: User) -> FollowUpTemplateQuerySet:
        return self if user.is_active else self.none()


class FollowUpTemplate(models.Model):
    name = models.CharField(max_length=80, unique=True)
    subject = models.CharField(max_length=200, help_text="May hold merge fields: {{ contact.first_name }}")
    description = models.TextField(blank=True)
    type = models.ForeignKey("followups.FollowUpType", on_delete=models.PROTECT, related_name="+")
    priority = models.CharField(max_length=6, choices=Priority.choices, default=Priority.MEDIUM)
    delay_days = models.PositiveSmallIntegerField(default=0, help_text="Due so many days after it is made")
    due_time = models.TimeField(null=True, blank=True, help_text="Local to the assignee; empty means any time that day")
    reminders = ArrayField(models.PositiveIntegerField(), default=list, blank=True, help_text="Minutes before")
    lifecycles = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, help_text="Suggested for these; empty means all"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
