"""What colleagues are told about follow-ups."""

from __future__ import annotations

from messaging.kinds import NoticeKind, register_notice


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_notice(
        NoticeKind(
            "reminder",
            "Reminders",
            ("in_app", "email"),
            help="Before a follow-up is due, at the times set on it",
            icon="alarm-clock",
            renderer="reminder",
        ),
        NoticeKind("assigned", "Given to you", help="When somebody gives you follow-ups", icon="inbox"),
        NoticeKind("new_lead", "New leads", urgent=True, help="When a new lead waits for your first call", icon="zap"),
        NoticeKind(
            "lead_passed_on", "Leads passed on", help="When a new lead of yours went to somebody else", icon="forward"
        ),
        NoticeKind(
            "overdue", "Missed", ("in_app", "email"), help="When follow-ups of yours were missed", icon="circle-alert"
        ),
        NoticeKind(
            "lead_waiting",
            "Leads nobody reached",
            ("in_app", "email"),
            urgent=True,
            help="When a new lead was passed on as often as allowed and still waits",
            icon="siren",
        ),
    )
