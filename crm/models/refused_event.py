"""External events that named nobody we know: kept until somebody says whose they are (A11)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now as clock


class RefusedEvent(models.Model):
    """`payload` is what was sent; `contact` how it named the person."""

    contact = models.CharField(max_length=300)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, blank=True)
    payload: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    received_at = models.DateTimeField(default=clock)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(settled_at__isnull=True) & ~Q(key=""), name="refused_event_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(settled_at__isnull=True), name="refused_events_open"),
            # The sweep that forgets what has lain too long.
            models.Index(fields=["received_at"], name="refused_events_by_age"),
        ]
