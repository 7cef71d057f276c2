"""Stopping everybody inside an automation that was put away or deleted, in batches: a hundred thousand people are not
stopped within one click.

Whoever was just being let in at that moment comes in afterwards: so it is not over while the automation is put away, and the
engine moves nobody on in one that is being emptied.
"""

from __future__ import annotations

import logging
from datetime import datetime

from automation.models import INSIDE, Automation, AutomationState, Enrollment
from automation.stopping import stop

log = logging.getLogger(__name__)

BATCH = 1_000
DUE_SQL = """EXISTS (
    SELECT FROM automation_automation a WHERE a.emptying <> '' AND (a.state <> 'archived' OR EXISTS (
        SELECT FROM automation_enrollment e
        WHERE e.automation_id = a.id AND e.status IN ('active', 'waiting', 'paused', 'paused_ooo', 'failed'))))"""


def sweep_emptying(now: datetime) -> int:
    """Stop those inside; returns how many. They were held when it began, so nothing happens to them meanwhile. One automation
    that cannot be emptied holds up no other."""
    stopped = 0
    for pk, reason in Automation.objects.exclude(emptying="").order_by("pk").values_list("pk", "emptying"):
        try:
            stopped += _stop_all(pk, reason, now)
        except Exception:
            log.exception("an automation could not be emptied", extra={"automation": pk})
    return stopped


def _stop_all(pk: int, reason: str, now: datetime) -> int:
    stopped = 0
    while ids := list(Enrollment.objects.filter(automation=pk, status__in=INSIDE).values_list("pk", flat=True)[:BATCH]):
        stop(Enrollment.objects.filter(pk__in=ids), reason=reason, by=None, now=now)
        stopped += len(ids)
    Automation.objects.filter(pk=pk, emptying=reason).exclude(state=AutomationState.ARCHIVED).update(emptying="")
    return stopped
