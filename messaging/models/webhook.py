"""The outbox of webhooks: one row per call to somebody else's program, and the secrets that calls are signed with."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class CallStatus(models.TextChoices):
    PENDING = "pending", "Waiting to be sent"
    SCHEDULED = "scheduled", "Tried again later"
    SENDING = "sending", "Being sent"  # claimed by a worker, lease running
    SENT = "sent", "Taken"  # they answered that they have it
    FAILED = "failed", "Refused"  # for good: their answer, or our rules about addresses
    PARKED = "parked", "Waits for a person"  # tried until the last attempt
    DROPPED = "dropped", "Given up"  # by a person


#: Those that the delivery may take.
CALLS_WAITING = [CallStatus.PENDING, CallStatus.SCHEDULED]

#: Those that somebody goes looking for.
CALLS_UNUSUAL = [CallStatus.SCHEDULED, CallStatus.FAILED, CallStatus.PARKED, CallStatus.DROPPED]


class WebhookSecret(models.Model):
    """A secret that calls are signed with. `sealed` opens with the installation's SECRET_KEY only.

    While it is being changed the one before it stays valid until `previous_until`, and calls carry both signatures.
    """

    name = models.CharField(max_length=100)
    #: The one that signs what names none.
    standard = models.BooleanField(default=False)
    sealed = models.TextField()
    #: How it begins: what lists show.
    hint = models.CharField(max_length=20)
    previous_sealed = models.TextField(blank=True, default="")
    previous_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["standard"], condition=Q(standard=True), name="webhook_secret_one_is_standard"
            ),
            models.CheckConstraint(
                condition=Q(standard=False) | Q(ended_at__isnull=True), name="webhook_secret_standard_lives"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookCallQuerySet(models.QuerySet["WebhookCall"]):
    def due(self, now: datetime) -> WebhookCallQuerySet:
        return self.filter(status__in=CALLS_WAITING, next_at__lte=now).order_by("next_at", "pk")


class WebhookCall(models.Model):
    """Intent and outcome of one call. It errs towards calling twice: the id it carries is the same each time."""

    #: Same key, same call: what makes a repeated cause harmless.
    key = models.CharField(max_length=200)
    url = models.CharField(max_length=2000)
    #: The host of the address in small letters, by which the delivery takes turns.
    host = models.CharField(max_length=255, blank=True)
    body = models.JSONField(default=dict)
    contact = models.ForeignKey("crm.Contact", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    #: Empty: the standard one.
    secret = models.ForeignKey(WebhookSecret, null=True, on_delete=models.PROTECT, related_name="calls", db_index=False)
    #: The record that caused it, on whatever floor: ("step_visit", 12).
    cause_kind = models.CharField(max_length=30, blank=True)
    cause_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=CallStatus.choices, default=CallStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True)
    #: What they answered last, as HTTP says it; empty where nothing was answered.
    last_code = models.PositiveSmallIntegerField(null=True)
    #: What went wrong last, in plain words, with the beginning of their answer.
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    #: When the last attempt ended.
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = WebhookCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="webhook_call_once"),
            models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="webhook_call_status_is_known"),
        ]
        indexes = [
            # The delivery sweep: what is due at all, and what is due for each host in turn.
            models.Index(fields=["next_at"], condition=Q(status__in=CALLS_WAITING), name="webhook_calls_due"),
            models.Index(
                fields=["host", "next_at", "id"], condition=Q(status__in=CALLS_WAITING), name="webhook_calls_by_host"
            ),
            # The rescue sweep.
            models.Index(fields=["lease_until"], condition=Q(status=CallStatus.SENDING), name="webhook_calls_leased"),
            models.Index(
                fields=["contact", "-id"], condition=Q(contact__isnull=False), name="webhook_calls_of_contact"
            ),
            models.Index(fields=["cause_kind", "cause_id"], name="webhook_calls_of_cause"),
            # Looking for what was not simply taken; what was is found from the newest on.
            models.Index(fields=["status", "-id"], condition=Q(status__in=CALLS_UNUSUAL), name="webhook_calls_unusual"),
            # The sweep that tells administrators.
            models.Index(fields=["tried_at"], condition=Q(status=CallStatus.PARKED), name="webhook_calls_parked"),
            # The sweep that forgets what is over.
            models.Index(
                fields=["tried_at"],
                condition=Q(status__in=[CallStatus.SENT, CallStatus.FAILED, CallStatus.DROPPED]),
                name="webhook_calls_over",
            ),
        ]
