"""What happens to follow-ups, in the words of the timeline."""

from __future__ import annotations

from crm.event_kinds import EventKind, register_kinds

FOLLOWUPS = "followup"


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_kinds(
        EventKind("followup_created", "Follow-up “{subject}” for {assignee}, due {due}", "list-plus", FOLLOWUPS),
        EventKind("followup_started", "“{subject}” started", "play", FOLLOWUPS),
        EventKind("followup_completed", "“{subject}” completed: {outcome_label}", "circle-check", FOLLOWUPS),
        EventKind("followup_cancelled", "“{subject}” cancelled", "circle-x", FOLLOWUPS),
        EventKind("followup_missed", "“{subject}” missed, it was due {due}", "circle-alert", FOLLOWUPS),
        EventKind("followup_reopened", "“{subject}” reopened", "rotate-ccw", FOLLOWUPS),
        EventKind("followup_rescheduled", "“{subject}” moved from {was} to {due}", "calendar-clock", FOLLOWUPS),
        EventKind("followup_snoozed", "“{subject}” snoozed until {until_words}", "moon", FOLLOWUPS),
        EventKind("followup_woken", "“{subject}” woken", "sun", FOLLOWUPS),
        EventKind("followup_delegated", "“{subject}” given to {to}", "arrow-right-left", FOLLOWUPS),
        EventKind("followup_passed_on", "“{subject}” passed on to {to}: {because}", "forward", FOLLOWUPS),
        EventKind("followup_pinned", "“{subject}” {pin_words}", "pin", FOLLOWUPS),
        EventKind("followup_priority_changed", "“{subject}” is now {priority} priority", "flag", FOLLOWUPS),
        EventKind("followup_edited", "“{subject}” changed: {fields}", "pencil", FOLLOWUPS),
        EventKind("followup_tagged", "“{subject}” {tag_words}", "tag", FOLLOWUPS),
        EventKind("followup_deleted", "“{subject}” deleted", "trash-2", FOLLOWUPS),
        EventKind("followup_restored", "“{subject}” restored", "undo-2", FOLLOWUPS),
        EventKind("followup_undone", "Taken back: {what}", "undo-2", FOLLOWUPS),
    )
