"""What follows when a brake pulls: the automation pauses, everybody inside is held, and people are told why (D14)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from automation.models import Automation
from automation.news import BRAKED, tell_activators
from automation.switching import pause

FULL = "The brake of the automation pulled: more people were about to enter today than it allows."


def pull(automation_ids: Iterable[int], now: datetime) -> None:
    """Pause automations whose day is full. Call inside the transaction that counted: it holds the count, for which others
    wait who hold people inside, so it waits for nobody before it is stored."""
    for one in Automation.objects.filter(pk__in=list(automation_ids)):
        reason = (
            f"More people were about to enter on one day than the {one.brake or 0:,} that its brake allows; "
            f"{one.forecast or 0:,} a day were expected. Nobody more was let in, and everybody inside is held."
        )
        if pause(Automation.objects.filter(pk=one.pk), by=None, now=now, reason=reason, waits=False).done:
            tell_activators(BRAKED, one, f"“{one.name}” has paused itself", [reason], key=f"{now.isoformat()}", now=now)
