"""How a contact wants to be written to, beside what they allow (`crm.Consent`) and prefer (`Contact`)."""

from __future__ import annotations

from django.db import models


class ContactPreference(models.Model):
    """No row means the organisation's own rules. Times of day are local to the contact."""

    contact = models.OneToOneField(
        "crm.Contact", primary_key=True, on_delete=models.CASCADE, related_name="message_preference"
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    weekends = models.BooleanField(null=True, help_text="Whether they may be written to on weekends; empty: as usual")
    tracking = models.BooleanField(default=True, help_text="Whether opens and clicks may be noted")
    #: Out of office: the first day on which they are back.
    away_until = models.DateField(null=True, blank=True)
    away_message_id = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField()
