"""Sets of follow-ups: what is made together when a deal enters a stage, an invoice is issued, a client starts (B9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from followups.models.followup import Priority

if TYPE_CHECKING:
    from crm.models import User


class Occasion(models.TextChoices):
    BY_HAND = "by_hand", "Only when somebody uses it"
    STAGE_ENTERED = "stage_entered", "A deal enters a stage"
    DOCUMENT_REQUESTED = "document_requested", "A document is asked for"
    INVOICE_ISSUED = "invoice_issued", "An invoice is issued"
    INVOICE_OVERDUE = "invoice_overdue", "An invoice is overdue"
    BECAME_CLIENT = "became_client", "Somebody becomes a client"


class FollowUpSetQuerySet(models.QuerySet["FollowUpSet"]):
    def visible_to(self, user: User) -> FollowUpSetQuerySet:
        return self if user.is_active else self.none()


class FollowUpSet(models.Model):
    """`occasion` says when it is made by itself; `stage` and `document_kind` narrow it, empty means any."""

    name = models.CharField(max_length=80, unique=True)
    description = models.CharField(max_length=300, blank=True)
    occasion = models.CharField(max_length=18, choices=Occasion.choices, default=Occasion.BY_HAND)
    stage = models.ForeignKey("crm.Stage", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    document_kind = models.ForeignKey(
        "crm.DocumentKind", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpSetQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="followup_set_occasion_is_known"),
            models.CheckConstraint(
                condition=~Q(occasion=Occasion.STAGE_ENTERED) | Q(stage__isnull=False),
                name="followup_set_has_its_stage",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUpSetItem(models.Model):
    """One follow-up of a set: a template, so many days after the occasion."""

    set = models.ForeignKey(FollowUpSet, on_delete=models.CASCADE, related_name="items")
    template = models.ForeignKey("followups.FollowUpTemplate", on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(default=0)
    priority = models.CharField(max_length=6, choices=Priority.choices, blank=True, help_text="Empty: the template's")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
