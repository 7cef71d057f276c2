"""What of messages may wait past its time."""

from __future__ import annotations

from crm.backlog import Backlog, register_backlogs


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_backlogs(
        Backlog(
            "messages",
            "Messages to send",
            "SELECT send_after AS at FROM messaging_message WHERE status IN ('pending', 'scheduled') AND send_after <= %(now)s",
        ),
        Backlog(
            "message_leases",
            "Messages whose worker is gone",
            "SELECT lease_until AS at FROM messaging_message WHERE status = 'sending' AND lease_until <= %(now)s",
        ),
        Backlog(
            "arrivals",
            "Incoming mail and news of providers",
            "SELECT due_at AS at FROM messaging_arrival WHERE state = 'waiting' AND due_at <= %(now)s",
        ),
        Backlog(
            "tracking_labels",
            "Opens and clicks to tell apart",
            "SELECT at FROM messaging_messageevent WHERE actor = '' AND kind IN ('opened', 'clicked')"
            " AND at <= %(now)s - interval '10 seconds'",
        ),
    )
