"""Deals: what may be sold, to whom, for how much, and how far it is (A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import now as clock

if TYPE_CHECKING:
    from crm.models.user import User


class StageKind(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class PipelineQuerySet(models.QuerySet["Pipeline"]):
    def visible_to(self, user: User) -> PipelineQuerySet:
        return self if user.is_active else self.none()


class Pipeline(models.Model):
    """A way that deals go, stage by stage."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = PipelineQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """`probability` is per cent; `rotting_days` without a move or real contact make a deal quiet, empty means never."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=StageKind.choices, default=StageKind.OPEN)
    position = models.PositiveSmallIntegerField(default=0)
    probability = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    rotting_days = models.PositiveSmallIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pipeline", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "name"], condition=Q(archived_at__isnull=True), name="stage_name_once"
            ),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_is_per_cent"),
            models.CheckConstraint(condition=Q(kind__in=StageKind.values), name="stage_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class CloseReason(models.Model):
    """Why deals are won or lost, in the organisation's own words."""

    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=[(StageKind.WON, "Won"), (StageKind.LOST, "Lost")])
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "position", "label"]
        constraints = [models.UniqueConstraint(fields=["kind", "label"], name="close_reason_once")]

    def __str__(self) -> str:
        return self.label


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, user: User) -> ProductQuerySet:
        return self if user.is_active else self.none()


class Product(models.Model):
    """What deals are about. `currency` is ISO 4217 and empty without a price."""

    name = models.CharField(max_length=200, unique=True)
    category = models.CharField(max_length=120, blank=True)
    price = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


_ALIVE = Q(deleted_at__isnull=True)


class DealQuerySet(models.QuerySet["Deal"]):
    def alive(self) -> DealQuerySet:
        return self.filter(_ALIVE)

    def open(self) -> DealQuerySet:
        return self.filter(_ALIVE, status=StageKind.OPEN)

    def visible_to(self, user: User) -> DealQuerySet:
        """Who sees the contact sees its deals; who owns or made a deal sees it; managers their teams'."""
        from crm.access import deal_scope

        return self.alive().filter(deal_scope(user))


@pghistory.track(
    pghistory.UpdateEvent(
        "before_change",
        row=pghistory.Old,
        condition=pghistory.AnyChange(exclude=["version", "updated_at"], exclude_auto=True),
    ),
    pghistory.DeleteEvent("before_delete"),
    model_name="DealHistory",
)
class Deal(models.Model):
    """`status` is its stage's kind, kept so that the database can find what is open. An amount has a currency."""

    name = models.CharField(max_length=200)
    contact = models.ForeignKey(
        "crm.Contact", null=True, blank=True, on_delete=models.CASCADE, related_name="deals", db_index=False
    )
    partner = models.ForeignKey("crm.Partner", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals", db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals", db_index=False)
    status = models.CharField(max_length=4, choices=StageKind.choices, default=StageKind.OPEN, editable=False)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="deals")
    amount = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217")
    probability = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Per cent; empty means as for the stage"
    )
    opened_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True, help_text="When it should be decided")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", db_index=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    notes = models.TextField(blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    stage_since = models.DateTimeField(default=clock, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    close_reason = models.ForeignKey(CloseReason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    close_note = models.CharField(max_length=500, blank=True)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock, editable=False)
    updated_at = models.DateTimeField(default=clock, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=StageKind.values), name="deal_status_is_known"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | ~Q(currency=""), name="deal_amount_has_a_currency"
            ),
            models.CheckConstraint(
                condition=Q(status=StageKind.OPEN, closed_at__isnull=True)
                | (~Q(status=StageKind.OPEN) & Q(closed_at__isnull=False)),
                name="deal_closed_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__lte=100), name="deal_probability_is_per_cent"
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=_ALIVE & ~Q(external_id=""), name="deal_external_id_once"
            ),
        ]
        indexes = [
            # The board: the open deals of a stage.
            models.Index(
                fields=["pipeline", "stage", "expected_on", "id"],
                condition=_ALIVE & Q(status=StageKind.OPEN),
                name="deals_on_the_board",
            ),
            models.Index(fields=["stage"], condition=_ALIVE, name="deals_of_stage"),
            models.Index(fields=["contact", "-id"], name="deals_of_contact"),
            models.Index(fields=["owner", "status", "-id"], condition=_ALIVE, name="deals_of_owner"),
            models.Index(fields=["status", "-closed_at", "-id"], condition=_ALIVE, name="deals_by_closing"),
            models.Index(fields=["-updated_at", "-id"], condition=_ALIVE, name="deals_by_change"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == StageKind.OPEN and self.deleted_at is None
