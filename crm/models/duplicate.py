"""Contacts that may be the same person, and what became of them (A14)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now as clock


class PairState(models.TextChoices):
    OPEN = "open", "To be looked at"
    DISMISSED = "dismissed", "Two people"
    MERGED = "merged", "Merged"


class DuplicatePair(models.Model):
    """Two contacts that are alike; `first` is the older. `likeness` runs from 0 to 100."""

    first = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="+")
    likeness = models.PositiveSmallIntegerField()
    reasons: models.JSONField[list[Any]] = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField(default=clock)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["-likeness", "id"], condition=Q(state="open"), name="duplicates_to_look_at"),
        ]


class Merge(models.Model):
    """One merge and everything that is needed to take it back to the letter.

    The contacts are numbers, not keys: the record outlives both.
    """

    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock)
    before: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["kept_id", "-at"], name="merges_into"),
            models.Index(fields=["gone_id", "-at"], name="merges_of"),
        ]
