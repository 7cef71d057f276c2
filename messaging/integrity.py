"""What must hold of messages."""

from __future__ import annotations

from crm.integrity import WAITED, Check, register_checks


def register() -> None:
    """Make the rules known; called once at start-up."""
    register_checks(
        Check(
            "messages_nobody_sends",
            "messages due for ten minutes that no worker has taken",
            "SELECT count(*) FROM messaging_message WHERE status IN ('pending', 'scheduled')"
            f" AND send_after < %(now)s - {WAITED}",
        ),
        Check(
            "messages_stuck",
            "messages whose worker is gone and that were not rescued",
            f"SELECT count(*) FROM messaging_message WHERE status = 'sending' AND lease_until < %(now)s - {WAITED}",
        ),
        Check(
            "messages_uncertain",
            "messages of which nobody knows whether they left",
            "SELECT count(*) FROM messaging_message WHERE status = 'uncertain'",
        ),
        Check(
            "bell_without_delivery",
            "messages in the app that are not marked as delivered although they count as sent",
            "SELECT count(*) FROM messaging_message WHERE channel = 'in_app' AND status IN ('delivered', 'read')"
            " AND delivered_at IS NULL",
        ),
        Check(
            "arrivals_nobody_reads",
            "incoming mail or news of providers that has waited ten minutes to be read",
            "SELECT count(*) FROM messaging_arrival WHERE"
            f" (state = 'waiting' AND due_at < %(now)s - {WAITED})"
            f" OR (state = 'working' AND lease_until < %(now)s - {WAITED})",
        ),
    )
