"""What keeps an automation from doing more than was meant: the organisation's limits, and how many entered each day."""

from __future__ import annotations

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q


class AutomationPolicyManager(models.Manager["AutomationPolicy"]):
    def current(self) -> AutomationPolicy:
        """The settings row; made by a migration, so it is always there."""
        return self.get(pk=1)


@pghistory.track(pghistory.UpdateEvent("before_change", row=pghistory.Old), model_name="AutomationPolicyHistory")
class AutomationPolicy(models.Model):
    """The organisation's limits for switching automations on."""

    approve_above = models.PositiveIntegerField(
        default=500,
        validators=[MinValueValidator(1)],
        help_text="An automation that more people a day are expected to enter needs a second person’s word",
    )
    brake_factor = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(2)],
        help_text="So many times the expected number may enter in a day; then it pauses itself",
    )
    brake_least = models.PositiveIntegerField(
        default=50, validators=[MinValueValidator(1)], help_text="So many may enter in a day, however few are expected"
    )

    objects = AutomationPolicyManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_automation_policy"),
            models.CheckConstraint(
                condition=Q(approve_above__gte=1, brake_factor__gte=2, brake_least__gte=1),
                name="automation_limits_are_not_nought",
            ),
        ]

    def __str__(self) -> str:
        return "Limits of automations"


class EntryCount(models.Model):
    """How many entered an automation by themselves on a day of the organisation: what the brake counts. The row is the
    lock of the counting, so that two who let people in at once do not both see the last free place."""

    automation = models.ForeignKey(
        "automation.Automation", on_delete=models.CASCADE, related_name="entry_counts", db_index=False
    )
    day = models.DateField()
    entered = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["automation", "day"], name="automation_entries_of_day")]

    def __str__(self) -> str:
        return f"{self.entered} on {self.day}"
