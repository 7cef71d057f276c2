"""The one row of settings that everybody shares: an installation is one organisation."""

from __future__ import annotations

from datetime import time
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from crm.zones import validate_zone


def default_rhythm() -> dict[str, int]:
    """Days that may pass between two real contacts, by lifecycle."""
    return {"new": 3, "working": 7, "qualified": 7, "client": 30}


def working_week() -> list[int]:
    return [1, 2, 3, 4, 5]


class OrganisationManager(models.Manager["Organisation"]):
    def current(self) -> Organisation:
        """The settings row; made by a migration, so it is always there."""
        return self.get(pk=1)


@pghistory.track(pghistory.UpdateEvent("before_change", row=pghistory.Old), model_name="OrganisationHistory")
class Organisation(models.Model):
    """Times of day are local to `time_zone`; weekdays are ISO (Monday is 1)."""

    name = models.CharField(max_length=200, default="Followthrough")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    country = models.CharField(
        max_length=2, blank=True, help_text="Phones without a country code are read as from here"
    )
    currency = models.CharField(
        max_length=3, default="EUR", db_default="EUR", help_text="ISO 4217; what amounts are in"
    )
    working_days = ArrayField(models.PositiveSmallIntegerField(), default=working_week)
    working_from = models.TimeField(default=time(9))
    working_to = models.TimeField(default=time(18))
    speed_to_lead_minutes = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    speed_to_lead_passes = models.PositiveSmallIntegerField(
        default=3, help_text="How often an unmet first contact passes on before it escalates"
    )
    respond_minutes = models.PositiveSmallIntegerField(
        default=60,
        db_default=60,
        validators=[MinValueValidator(1), MaxValueValidator(4800)],
        help_text="Working time within which a contact who writes is answered",
    )
    escalate_after_hours = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1)])
    escalation_step_hours = models.PositiveSmallIntegerField(default=4, validators=[MinValueValidator(1)])
    rhythm = models.JSONField(default=default_rhythm)
    check_in_hour = models.PositiveSmallIntegerField(default=2, validators=[MaxValueValidator(23)])
    check_ins_per_person = models.PositiveSmallIntegerField(
        default=5, help_text="Most check-ins made for one person a night; the most neglected come first"
    )
    role_permissions: models.JSONField[dict[str, Any]] = models.JSONField(
        default=dict, blank=True, help_text="What differs from the defaults: role -> permission -> yes or no"
    )

    objects = OrganisationManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_organisation")]

    def __str__(self) -> str:
        return self.name
