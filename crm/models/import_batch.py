"""Imports: a file, what its columns mean, how far it got, and how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models.user import User


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "Uploaded"  # columns are being mapped
    CHECKED = "checked", "Checked"  # dry run done
    QUEUED = "queued", "Waiting"  # a worker will take it
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Undone"


class OnDuplicate(models.TextChoices):
    MERGE = "merge", "Fill in and update the existing contact"
    SKIP = "skip", "Leave the existing contact as it is"
    CREATE = "create", "Make another contact"


class ImportKind(models.TextChoices):
    CONTACTS = "contacts", "Contacts"
    DEALS = "deals", "Deals"
    FOLLOWUPS = "followups", "Follow-ups"
    PRODUCTS = "products", "Products"
    PEOPLE = "people", "Colleagues and teams"


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> ImportBatchQuerySet:
        if not user.is_active:
            return self.none()
        if user.can("imports.all"):
            return self
        return self.filter(created_by=user)


class ImportBatch(models.Model):
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock, editable=False)
    kind = models.CharField(
        max_length=10, choices=ImportKind.choices, default=ImportKind.CONTACTS, db_default=ImportKind.CONTACTS
    )
    file_name = models.CharField(max_length=255)
    #: Under MEDIA_ROOT, outside the web root; removed when the import is done.
    path = models.CharField(max_length=500)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=2, blank=True)
    preset = models.CharField(max_length=40, blank=True)
    mapping = models.JSONField(default=dict, help_text="Column heading -> field, custom:SLUG, new:KIND or empty")
    options = models.JSONField(default=dict)
    on_duplicate = models.CharField(max_length=8, choices=OnDuplicate.choices, default=OnDuplicate.MERGE)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        indexes = [
            # The import sweep takes what waits, and what a dead worker left.
            models.Index(fields=["id"], condition=Q(state__in=["queued", "running"]), name="imports_to_run"),
        ]


class ImportProblem(models.Model):
    """A row that cannot be stored, or a value that is left out of one, with the reason in a sentence."""

    # No database constraints here and below: an import writes these rows by the hundred thousand, all with one batch.
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="problems", db_constraint=False, db_index=False
    )
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500)
    #: The row is stored, only this value is not.
    left_out = models.BooleanField()
    #: Nothing is left out either: this says how a word that was near enough was read.
    read_as = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=["batch", "id"], name="problems_of_import")]


class ImportedContact(models.Model):
    """What one import did to one contact, so that all of it can be undone."""

    # The unique constraint below serves as the index of the batch.
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="contacts", db_constraint=False, db_index=False
    )
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="+", db_constraint=False)
    row = models.PositiveIntegerField()
    #: Values before a merge; empty for a contact that the import made.
    before = models.JSONField(null=True)
    version_after = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "contact", "row"], name="imported_once")]


class ImportedRecord(models.Model):
    """What one import did to one record that is no contact, so that all of it can be undone.

    `table` names the kind of record: "deal", "followup", "product", "person", "team". `before` is empty for a new one.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="records", db_index=False)
    table = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    row = models.PositiveIntegerField()
    before = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "table", "object_id", "row"], name="imported_record_once")
        ]
