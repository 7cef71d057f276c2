"""Stopping everybody inside an automation that was put away or deleted, in batches: a hundred thousand people are not
stopped within one click."""

from __future__ import annotations

from datetime import datetime

from automation.models import INSIDE, Automation, Enrollment
from automation.stopping import stop

BATCH = 1_000
DUE_SQL = "EXISTS (SELECT FROM automation_automation WHERE emptying <> '')"


def sweep_emptying(now: datetime) -> int:
    """Stop those inside; returns how many. They were held when it began, so nothing happens to them meanwhile."""
    stopped = 0
    for pk, reason in Automation.objects.exclude(emptying="").order_by("pk").values_list("pk", "emptying"):
        while ids := list(
            Enrollment.objects.filter(automation=pk, status__in=INSIDE).values_list("pk", flat=True)[:BATCH]
        ):
            stop(Enrollment.objects.filter(pk__in=ids), reason=reason, by=None, now=now)
            stopped += len(ids)
        Automation.objects.filter(pk=pk, emptying=reason).update(emptying="")
    return stopped
