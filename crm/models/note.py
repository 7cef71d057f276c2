"""Notes on a contact: rich text, sanitised when written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models.user import User


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: User) -> NoteQuerySet:
        from crm.access import contact_scope

        return self.filter(deleted_at__isnull=True, contact__deleted_at__isnull=True).filter(
            contact_scope(user, prefix="contact__")
        )


class Note(models.Model):
    contact = models.ForeignKey("crm.Contact", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    body = models.TextField(help_text="HTML of a small safe set")
    text = models.TextField(help_text="The same without mark-up, for search and previews")
    pinned = models.BooleanField(default=False)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    created_at = models.DateTimeField(default=clock, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-pinned", "-created_at"], name="notes_of_contact"),
        ]
