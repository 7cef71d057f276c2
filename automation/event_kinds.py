"""What automations do with people, in the words of the timeline."""

from __future__ import annotations

from crm.event_kinds import EventKind, register_kinds

AUTOMATION = "automation"


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_kinds(
        EventKind("automation_entered", "Entered “{automation}”", "workflow", AUTOMATION),
        EventKind("automation_left", "Left “{automation}”: {why}", "log-out", AUTOMATION),
        EventKind("automation_parked", "Stands still in “{automation}”: {why}", "circle-alert", AUTOMATION),
    )
