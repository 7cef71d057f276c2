"""What came in from outside, stored as it came before anybody looks at it: nothing is lost, and twice is once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ArrivalState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    WORKING = "working", "Being read"
    DONE = "done", "Done"
    PARKED = "parked", "Set aside"  # tried too often, or not to be understood; `error` says why


class Arrival(models.Model):
    """One event of a provider, or one message. `kind` names its reader in `messaging.arrivals`."""

    kind = models.CharField(max_length=40)
    provider = models.CharField(max_length=40)
    #: Same key, same thing: the provider's own id, else a digest of the content.
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    raw = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ArrivalState.choices, default=ArrivalState.WAITING)
    #: Not read before this moment.
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    claimed_by = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="arrival_once")]
        indexes = [
            # The reading sweep.
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="arrivals_due"),
            models.Index(fields=["lease_until"], condition=Q(state="working"), name="arrivals_leased"),
            models.Index(fields=["-id"], condition=Q(state="parked"), name="arrivals_parked"),
            # Retention.
            models.Index(fields=["received_at"], condition=Q(state="done"), name="arrivals_done"),
        ]


class Mailbox(models.Model):
    """How far a mailbox has been read. Nothing in the mailbox itself is changed."""

    name = models.CharField(max_length=200, unique=True, help_text="user@host/folder")
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
