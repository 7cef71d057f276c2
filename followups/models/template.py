"""Templates for single follow-ups, with merge fields, a default priority and delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from followups.models.followup import Priority

if TYPE_CHECKING:
    from crm.models import User


class MadeFor(models.TextChoices):
    """Templates that the product itself uses; they may be reworded and put away, which turns them off."""

    RENEWAL = "renewal", "A document expires"
    RENEWAL_CHECK = "renewal_check", "Somebody acts on a document that expires"
    MISSING_DOCUMENT = "missing_document", "A document was rejected"


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
    made_for = models.CharField(
        max_length=20, choices=MadeFor.choices, blank=True, editable=False, help_text="Used by itself on this occasion"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["made_for"], condition=~Q(made_for=""), name="template_made_for_once")
        ]

    def __str__(self) -> str:
        return self.name
