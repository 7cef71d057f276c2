"""Types of follow-up and the outcomes each may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm.models import User


class FollowUpTypeQuerySet(models.QuerySet["FollowUpType"]):
    def visible_to(self, user: User) -> FollowUpTypeQuerySet:
        return self if user.is_active else self.none()


class FollowUpType(models.Model):
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=40, default="list-checks", help_text="A Lucide icon's name")
    colour = models.CharField(max_length=8, default="grey")
    channel = models.CharField(max_length=10, blank=True, help_text="How the client is reached: call, email, sms, ...")
    default_minutes = models.PositiveSmallIntegerField(default=15)
    default_reminders = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, help_text="Minutes before the due time"
    )
    miss_after_minutes = models.PositiveIntegerField(
        null=True, blank=True, default=0, help_text="Past due by so much it becomes missed; empty means never"
    )
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpTypeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Sense(models.TextChoices):
    POSITIVE = "positive", "Positive"
    NEUTRAL = "neutral", "Neutral"
    NEGATIVE = "negative", "Negative"
    NO_CONTACT = "no_contact", "No contact"  # an attempt; never counts as real contact


class Outcome(models.Model):
    """What came of a follow-up. An outcome without a type is offered for every type."""

    type = models.ForeignKey(FollowUpType, null=True, blank=True, on_delete=models.CASCADE, related_name="outcomes")
    slug = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    sense = models.CharField(max_length=10, choices=Sense.choices)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "label"]
        constraints = [models.CheckConstraint(condition=Q(sense__in=Sense.values), name="outcome_sense_is_known")]

    def __str__(self) -> str:
        return self.label
