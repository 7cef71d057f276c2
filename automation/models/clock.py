"""Until where each trigger of time has looked: windows are half-open and never leave a gap."""

from __future__ import annotations

from django.db import models


class TriggerClock(models.Model):
    """One trigger of time of one live version. The next window begins at `looked_until`, whatever happened in between."""

    automation_version = models.ForeignKey(
        "automation.AutomationVersion", on_delete=models.CASCADE, related_name="clocks", db_index=False
    )
    #: Its place among the triggers of the definition.
    place = models.PositiveSmallIntegerField()
    looked_until = models.DateTimeField()
    #: The end of the window that is being worked off, and the last row of it that was looked at; empty between windows.
    until = models.DateTimeField(null=True)
    after = models.BigIntegerField(default=0, db_default=0)
    next_at = models.DateTimeField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["automation_version", "place"], name="automation_clock_once"),
        ]
        indexes = [
            # The sweep of triggers of time.
            models.Index(fields=["next_at"], condition=models.Q(active=True), name="trigger_clocks_due"),
        ]
