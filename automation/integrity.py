"""What must hold of enrollments and of the record of their steps."""

from __future__ import annotations

from crm.integrity import WAITED, Check, register_checks


def register() -> None:
    """Make the rules known; called once at start-up."""
    register_checks(
        Check(
            "enrollments_nobody_takes",
            "people in automations who have been due for more than ten minutes",
            "SELECT count(*) FROM automation_enrollment WHERE status IN ('active', 'waiting', 'paused_ooo')"
            f" AND next_at < %(now)s - {WAITED}",
        ),
        Check(
            "enrollments_without_a_next_look",
            "people who go on in an automation and whom nobody will look at again",
            "SELECT count(*) FROM automation_enrollment WHERE status = 'active' AND next_at IS NULL",
        ),
        Check(
            "enrollments_in_unused_versions",
            "people inside versions of automations that are marked as left",
            "SELECT count(*) FROM automation_enrollment e JOIN automation_automationversion v"
            " ON v.id = e.automation_version_id AND NOT v.in_use"
            " WHERE e.status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')",
        ),
        Check(
            "visits_missing",
            "rounds of people inside whose record of steps has a gap",
            "SELECT count(*) FROM automation_enrollment e"
            " WHERE e.status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed') AND e.visits <>"
            " (SELECT count(*) FROM automation_stepvisit v WHERE v.enrollment_id = e.id)",
        ),
    )
