"""How each colleague wants to be told, by kind of notification."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from messaging.models.message import MessageChannel


class NotificationPreference(models.Model):
    """No row means the kind's own default channels; an empty list means muted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=40)
    channels = ArrayField(models.CharField(max_length=10, choices=MessageChannel.choices), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once")]
