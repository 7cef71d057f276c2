"""Documents that clients must hand in: checklists, what was asked for, what came, and until when it is valid (A9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models.user import User


def warning_days() -> list[int]:
    return [180, 90, 30]


class DocumentKind(models.Model):
    """Passport, bank statement, test result. `warn_days` are the days before it expires on which somebody is told."""

    name = models.CharField(max_length=120, unique=True)
    description = models.CharField(max_length=300, blank=True)
    expires = models.BooleanField(default=False, help_text="Whether it has a day until which it is valid")
    warn_days = ArrayField(models.PositiveSmallIntegerField(), default=warning_days, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class CaseKind(models.Model):
    """A kind of case, such as "Student visa": which documents it takes."""

    name = models.CharField(max_length=120, unique=True)
    description = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """One document that a case takes; `due_days` after it was asked for."""

    case_kind = models.ForeignKey(CaseKind, on_delete=models.CASCADE, related_name="items")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="+")
    required = models.BooleanField(default=True)
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["case_kind", "kind"], name="checklist_item_once")]


class DocumentState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    RECEIVED = "received", "Received"  # to be looked at
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"  # must come again
    EXPIRED = "expired", "Expired"


#: What is still waited for.
MISSING = [DocumentState.REQUESTED, DocumentState.REJECTED]


class DocumentQuerySet(models.QuerySet["Document"]):
    def alive(self) -> DocumentQuerySet:
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, user: User) -> DocumentQuerySet:
        """Who sees the contact sees its documents."""
        from crm.access import contact_scope

        return self.alive().filter(contact__deleted_at__isnull=True).filter(contact_scope(user, prefix="contact__"))


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        condition=pghistory.AnyChange(exclude=["version", "updated_at", "look_on", "warned_days"], exclude_auto=True),
    ),
    pghistory.DeleteEvent("before_delete"),
    exclude=["look_on", "warned_days"],
    model_name="DocumentHistory",
)
class Document(models.Model):
    """One entry of a contact's checklist. Days are calendar days of the organisation."""

    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="documents", db_index=False)
    name = models.CharField(max_length=200)
    kind = models.ForeignKey(DocumentKind, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents")
    case_kind = models.ForeignKey(CaseKind, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=9, choices=DocumentState.choices, default=DocumentState.REQUESTED)
    required = models.BooleanField(default=True)
    requested_at = models.DateTimeField(default=clock)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reject_reason = models.CharField(max_length=500, blank=True)
    expires_on = models.DateField(null=True, blank=True, help_text="The last day on which it is valid")
    #: The document that this one takes the place of: a renewed passport.
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="renewals")
    #: The next day on which something is to be said of it: a warning, or that it has expired.
    look_on = models.DateField(null=True, editable=False)
    #: The last warning given: so many days before it expires.
    warned_days = models.PositiveSmallIntegerField(null=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DocumentState.values), name="document_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=DocumentState.REQUESTED) | Q(received_at__isnull=False),
                name="document_received_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "id"], name="documents_of_contact"),
            # The daily sweep of what expires.
            models.Index(
                fields=["look_on"],
                condition=Q(deleted_at__isnull=True, look_on__isnull=False),
                name="documents_to_look_at",
            ),
            # The list of what runs out next.
            models.Index(
                fields=["expires_on", "id"],
                condition=Q(deleted_at__isnull=True, expires_on__isnull=False),
                name="documents_by_expiry",
            ),
            models.Index(
                fields=["state", "due_on", "id"], condition=Q(deleted_at__isnull=True), name="documents_by_state"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentFile(models.Model):
    """A file that came for a document; its bytes lie outside the web root under a name of ours."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255, help_text="As it was called, cleaned")
    content_type = models.CharField(max_length=120, help_text="As its bytes say, not as the sender said")
    size = models.PositiveBigIntegerField(help_text="Bytes")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, help_text="Below PRIVATE_DIR")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=clock)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
