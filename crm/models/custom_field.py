"""Fields that an organisation adds to its contacts (A12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm.models.user import User


class FieldKind(models.TextChoices):
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    MONEY = "money", "Money"
    DATE = "date", "Date"
    CHOICE = "choice", "One choice"
    CHOICES = "choices", "Several choices"
    YES_NO = "yes_no", "Yes or no"


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    def visible_to(self, user: User) -> CustomFieldQuerySet:
        return self if user.is_active else self.none()


class CustomField(models.Model):
    """Values live in `Contact.custom` under `slug`: text, number, ISO date, list, or true and false."""

    slug = models.SlugField(max_length=80, unique=True)
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    choices = models.JSONField(default=list, blank=True)
    help_text = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CustomFieldQuerySet.as_manager()

    class Meta:
        ordering = ["position", "label"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FieldKind.values), name="custom_field_kind_is_known")
        ]

    def __str__(self) -> str:
        return self.label
