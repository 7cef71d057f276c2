"""Where the talk with a contact stands, over all channels: one row beside the messages, so that lists need no search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm.models import User


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> ThreadQuerySet:
        """Those with contacts that one may see."""
        from crm.access import contact_scope

        return self.filter(contact__deleted_at__isnull=True).filter(contact_scope(user, prefix="contact__"))


class Thread(models.Model):
    """A summary, written with each message. Robots' mail moves `last_at` only."""

    contact = models.OneToOneField("crm.Contact", primary_key=True, on_delete=models.CASCADE, related_name="thread")
    last_at = models.DateTimeField()
    last_channel = models.CharField(max_length=10)
    last_direction = models.CharField(max_length=3)
    snippet = models.CharField(max_length=200, blank=True)
    last_out_at = models.DateTimeField(null=True)
    #: The last words of a person: what stops sequences, and what the gate looks at.
    last_reply_at = models.DateTimeField(null=True)
    #: The last WhatsApp message from them: free text may be sent for 24 hours.
    whatsapp_in_at = models.DateTimeField(null=True)
    #: They wrote and nobody has answered; empty when nothing waits for us.
    waiting_since = models.DateTimeField(null=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-last_at", "-contact"], name="threads_by_time"),
            models.Index(fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="threads_waiting"),
        ]
