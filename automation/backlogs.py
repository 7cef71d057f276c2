"""What of automations may wait past its time."""

from __future__ import annotations

from crm.backlog import Backlog, register_backlogs


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_backlogs(
        Backlog(
            "automations",
            "People in automations",
            "SELECT next_at AS at FROM automation_enrollment"
            " WHERE status IN ('active', 'waiting', 'paused_ooo') AND next_at <= %(now)s",
        ),
        Backlog(
            "automation_dates",
            "Dates that let people into automations",
            "SELECT next_at AS at FROM automation_triggerclock WHERE active AND next_at <= %(now)s",
        ),
    )
