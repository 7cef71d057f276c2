"""What of follow-ups may wait past its time."""

from __future__ import annotations

from crm.backlog import Backlog, register_backlogs
from followups.left_started import LEFT


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_backlogs(
        Backlog(
            "reminders",
            "Reminders",
            "SELECT fire_at AS at FROM followups_reminder WHERE state = 'waiting' AND fire_at <= %(now)s",
        ),
        Backlog(
            "overdue",
            "Follow-ups to mark missed",
            "SELECT f.due_by + t.miss_after_minutes * interval '1 minute' AS at FROM followups_followup f"
            " JOIN followups_followuptype t ON t.id = f.type_id WHERE f.deleted_at IS NULL AND f.status = 'pending'"
            " AND f.due_by <= %(now)s AND f.due_by + t.miss_after_minutes * interval '1 minute' <= %(now)s"
            " AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(now)s)"
            " AND NOT (f.speed_to_lead AND f.reschedule_count = 0)",
        ),
        Backlog(
            "left_started",
            "Started follow-ups past their time",
            f"SELECT f.due_by AS at {LEFT}",
        ),
        Backlog(
            "escalations",
            "Escalations to climb",
            "SELECT next_at AS at FROM followups_escalation WHERE closed_at IS NULL AND next_at <= %(now)s",
        ),
        Backlog(
            "first_contacts",
            "First contacts to pass on",
            "SELECT due_by AS at FROM followups_followup WHERE deleted_at IS NULL AND status = 'pending' AND speed_to_lead"
            " AND reschedule_count = 0 AND due_by <= %(now)s",
        ),
        Backlog("digests", "Digests", "SELECT next_at AS at FROM followups_digestschedule WHERE next_at <= %(now)s"),
    )
