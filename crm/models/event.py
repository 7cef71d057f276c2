"""What happened: the append-only timeline, and the queue of events not yet told to subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm.models.user import User


class Actor(models.TextChoices):
    PERSON = "person", "A colleague"
    CONTACT = "contact", "The contact"
    MACHINE = "machine", "A machine on the contact's side"
    SYSTEM = "system", "Followthrough itself"


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User) -> EventQuerySet:
        from crm.access import contact_scope

        return self.filter(contact__deleted_at__isnull=True).filter(contact_scope(user, prefix="contact__"))


class Event(models.Model):
    """One thing that happened. Never changed, never deleted but by erasure and retention.

    Nothing may hold a foreign key to this table: it is to be partitioned by month.
    """

    contact = models.ForeignKey(
        "crm.Contact", null=True, on_delete=models.CASCADE, related_name="timeline", db_index=False
    )
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=8, choices=Actor.choices, default=Actor.SYSTEM)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    #: The record it is about, on whatever floor: ("followup", 12).
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    #: Real contact in both directions: a person's reply, an answered call, a meeting held.
    two_way = models.BooleanField(default=False)
    key = models.CharField(max_length=200, blank=True, help_text="The sender's idempotency key")
    cause_id = models.BigIntegerField(null=True, help_text="The event that led to this one")
    depth = models.PositiveSmallIntegerField(default=0, help_text="How many causes lie before it")

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="event_key_once"),
        ]
        indexes = [
            models.Index(fields=["contact", "-occurred_at", "-id"], name="timeline_of_contact"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="events_of_subject"),
            models.Index(fields=["kind", "-occurred_at"], name="events_of_kind"),
        ]


class PendingEvent(models.Model):
    """An event that no subscriber has been told of yet; the dispatcher deletes it when all have."""

    event_id = models.BigIntegerField(primary_key=True)
    #: Contact modulo the number of shards: one dispatcher works on a shard at a time, which keeps each contact's order.
    shard = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["shard", "event_id"], name="pending_by_shard")]


class ParkedEvent(models.Model):
    """One subscriber's failed or waiting event: retried in order per contact, then left for a person."""

    event_id = models.BigIntegerField()
    subscriber = models.CharField(max_length=60)
    contact_id = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, help_text="Empty once given up")
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "subscriber"], name="parked_once")]
        indexes = [
            # The dispatcher's retry sweep.
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="parked_due"),
            models.Index(
                fields=["subscriber", "contact_id"], condition=Q(next_at__isnull=False), name="parked_of_contact"
            ),
        ]
