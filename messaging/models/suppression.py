"""Addresses that must not be written to, whoever they belong to: dead ones, and those whose owner said no."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from messaging.models.message import MessageChannel


class SuppressionReason(models.TextChoices):
    HARD_BOUNCE = "hard_bounce", "The address does not exist"
    SOFT_BOUNCES = "soft_bounces", "Mail to it came back too often"
    COMPLAINT = "complaint", "They reported a message as spam"
    OPT_OUT = "opt_out", "They asked not to be written to"
    PROVIDER = "provider", "The provider refuses to send there"
    BY_HAND = "by_hand", "A colleague stopped it"


class Suppression(models.Model):
    """In force until lifted. `scope` names the sender it holds for (one of our numbers); empty means all."""

    channel = models.CharField(max_length=10, choices=MessageChannel.choices)
    address = models.CharField(max_length=320, help_text="Normalised: lower case, or E.164")
    scope = models.CharField(max_length=320, blank=True, default="")
    reason = models.CharField(max_length=14, choices=SuppressionReason.choices)
    detail = models.CharField(max_length=300, blank=True)
    #: The message whose fate brought it about.
    message_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address", "scope"], condition=Q(lifted_at__isnull=True), name="suppression_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SuppressionReason.values), name="suppression_reason_is_known"
            ),
        ]
        indexes = [
            # What stands, and stood, against a contact's addresses.
            models.Index(fields=["address"], name="suppressions_by_address"),
        ]


class SoftBounce(models.Model):
    """One temporary failure of an address; several within days make a suppression."""

    channel = models.CharField(max_length=10, choices=MessageChannel.choices)
    address = models.CharField(max_length=320)
    at = models.DateTimeField()
    message_id = models.BigIntegerField(unique=True, null=True)

    class Meta:
        indexes = [models.Index(fields=["channel", "address", "at"], name="soft_bounces_of_address")]
