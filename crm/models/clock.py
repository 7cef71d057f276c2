"""Daily jobs: when each runs next, and the slots that were taken."""

from __future__ import annotations

from django.db import models


class Clock(models.Model):
    """A job that runs once a local day; the row says when it is next due."""

    job = models.CharField(max_length=60, primary_key=True)
    next_at = models.DateTimeField(db_index=True)


class Slot(models.Model):
    """A job's run for one day or hour. Unique, so that two schedulers make one run."""

    job = models.CharField(max_length=60)
    slot = models.CharField(max_length=60)
    taken_at = models.DateTimeField()
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="slot_once")]
