"""What a contact has allowed or refused, by channel and topic."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


class Topic(models.TextChoices):
    ALL = "all", "Everything"
    MARKETING = "marketing", "Marketing"
    SERVICE = "service", "About their own case"
    CLASSES = "classes", "Reminders of classes and appointments"
    PAYMENTS = "payments", "Reminders of payments"


class ConsentState(models.TextChoices):
    GRANTED = "granted", "Granted"
    WITHDRAWN = "withdrawn", "Opted out"


@pghistory.track(
    pghistory.InsertEvent("given"),
    pghistory.UpdateEvent("changed"),
    pghistory.DeleteEvent("before_delete"),
    model_name="ConsentHistory",
)
class Consent(models.Model):
    """The state in force; every change is also an event and a history row, with source and proof."""

    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=10)
    topic = models.CharField(max_length=20, choices=Topic.choices, default=Topic.ALL)
    state = models.CharField(max_length=10, choices=ConsentState.choices)
    source = models.CharField(max_length=200, help_text="Where it came from: an import, a form, a person")
    proof = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "channel", "topic"], name="consent_once"),
            models.CheckConstraint(condition=Q(state__in=ConsentState.values), name="consent_state_is_known"),
        ]
