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
    #: A digest of what was compared: a dismissed pair comes back only when this has changed.
    compared = models.CharField(max_length=32, blank=True)
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
    #: Their key in the sending system: whoever still sends it means the contact that was kept.
    gone_external_id = models.CharField(max_length=200, blank=True)
    #: When to look next whether work that was under way has written to the gone contact; empty once nobody can have.
    look_again_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["kept_id", "-at"], name="merges_into"),
            models.Index(fields=["gone_id", "-at"], name="merges_of"),
            models.Index(
                fields=["gone_external_id"],
                condition=Q(undone_at__isnull=True) & ~Q(gone_external_id=""),
                name="merges_by_external_id",
            ),
            # The sweep for what was under way.
            models.Index(fields=["look_again_at"], condition=Q(look_again_at__isnull=False), name="merges_to_look_at"),
        ]


class NameKey(models.Model):
    """A word under which a contact's likes are looked for: contacts that share one are compared.

    Written by `crm.merging.finding` only. No foreign key: rows are written by the hundred thousand, and what is left
    of a deleted contact goes with the night's search.
    """

    contact_id = models.BigIntegerField()
    key = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "contact_id"], name="name_key_once")]
        indexes = [models.Index(fields=["contact_id"], name="name_keys_of_contact")]


class UncomparedContact(models.Model):
    """A contact that is new or has changed since its likes were last looked for."""

    contact_id = models.BigIntegerField(primary_key=True)
