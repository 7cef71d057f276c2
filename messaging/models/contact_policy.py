"""The rules for writing to contacts that the whole organisation shares."""

from __future__ import annotations

from datetime import time
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


def first_costs() -> dict[str, float]:
    """What a message is reckoned to cost, to compare channels: their order matters, not the figures."""
    return {"email": 0.0005, "whatsapp": 0.01, "sms": 0.05}


def ask_first() -> list[str]:
    return ["sms", "whatsapp"]


class ContactPolicyManager(models.Manager["ContactPolicy"]):
    def current(self) -> ContactPolicy:
        """The settings row; made by a migration, so it is always there."""
        return self.get(pk=1)


@pghistory.track(pghistory.UpdateEvent("before_change", row=pghistory.Old), model_name="ContactPolicyHistory")
class ContactPolicy(models.Model):
    """Times of day are local to the contact. An empty cap means none; nought is refused."""

    quiet_from = models.TimeField(null=True, blank=True, default=time(21))
    quiet_to = models.TimeField(null=True, blank=True, default=time(8))
    weekends = models.BooleanField(default=False, help_text="Whether contacts are written to on Saturdays and Sundays")
    cap_per_day = models.PositiveSmallIntegerField(null=True, blank=True, default=3, validators=[MinValueValidator(1)])
    cap_per_week = models.PositiveSmallIntegerField(
        null=True, blank=True, default=10, validators=[MinValueValidator(1)]
    )
    gap_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, default=60, validators=[MinValueValidator(1), MaxValueValidator(10080)]
    )
    automations_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, default=2, validators=[MinValueValidator(1)],
        help_text="Most messages of all automations together to one contact within 24 hours; the next ones wait",
    )  # fmt: skip
    late_hours = models.PositiveSmallIntegerField(
        null=True, blank=True, default=72, validators=[MinValueValidator(1)],
        help_text="A message held for longer than this is not sent any more",
    )  # fmt: skip
    #: Channels over which marketing needs a yes beforehand; elsewhere it needs that nobody said no.
    ask_first = ArrayField(models.CharField(max_length=10), default=ask_first, blank=True)
    soft_bounces = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    soft_bounce_days = models.PositiveSmallIntegerField(default=14, validators=[MinValueValidator(1)])
    costs: models.JSONField[dict[str, Any]] = models.JSONField(default=first_costs)
    tracking = models.BooleanField(default=True, help_text="Whether opens and clicks are noted at all")
    automatic_answers = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1)], help_text="Most automatic messages to one contact in a day"
    )
    postal_address = models.CharField(max_length=300, blank=True, help_text="Stands under marketing mail")

    objects = ContactPolicyManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_contact_policy"),
            models.CheckConstraint(
                condition=(Q(cap_per_day__isnull=True) | Q(cap_per_day__gte=1))
                & (Q(cap_per_week__isnull=True) | Q(cap_per_week__gte=1))
                & (Q(gap_minutes__isnull=True) | Q(gap_minutes__gte=1))
                & (Q(automations_per_day__isnull=True) | Q(automations_per_day__gte=1)),
                name="contact_caps_are_not_nought",
            ),
        ]
