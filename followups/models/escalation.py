"""Escalations: an overdue follow-up climbs from person to person until somebody acknowledges."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Escalation(models.Model):
    """One open climb per follow-up. `level` counts the people told so far."""

    followup = models.ForeignKey("followups.FollowUp", on_delete=models.CASCADE, related_name="escalations")
    level = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, help_text="When the next person is told; empty at the top")
    told = models.JSONField(default=list, help_text="Who was told, as what, and when")
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, help_text="Acknowledged, or the follow-up was settled")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["followup"], condition=Q(closed_at__isnull=True), name="one_open_escalation"
            )
        ]
        indexes = [
            # The escalation sweep.
            models.Index(
                fields=["next_at"], condition=Q(closed_at__isnull=True, next_at__isnull=False), name="escalations_due"
            ),
        ]
