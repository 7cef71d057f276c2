"""The organisation's limits for automations: when a second person must confirm, and when one brakes itself."""

from __future__ import annotations

from typing import Any

from automation.models import AutomationPolicy


def current_limits() -> AutomationPolicy:
    """As they are now."""
    return AutomationPolicy.objects.current()


def change_limits(changes: dict[str, Any]) -> None:
    """Keep checked values; they count from the next time that an automation is switched on."""
    if changes:
        AutomationPolicy.objects.filter(pk=1).update(**changes)
