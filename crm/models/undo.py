"""One action that can be taken back for a short time: the rows as they were before it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class UndoStep(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=300)
    #: Which undoer, registered by the floor that owns the rows, takes it back.
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
