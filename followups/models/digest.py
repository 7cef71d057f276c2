"""Daily digests: when each person's next one is due, and the ones made, once per local day."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DigestSchedule(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    #: The digest sweep takes what is past.
    next_at = models.DateTimeField(db_index=True)


class Digest(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    local_date = models.DateField()
    made_at = models.DateTimeField()
    #: Empty when there was nothing to say, so nothing was sent.
    items = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "local_date"], name="digest_once_a_day")]
