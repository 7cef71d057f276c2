"""What the outbox of webhooks registers at start-up."""

from __future__ import annotations

from django.core.checks import register as register_check

from crm.backlog import Backlog, register_backlogs
from crm.due import Sweep, register_sweep
from crm.integrity import WAITED, Check, register_checks
from messaging.webhooks import delivering, forgetting, news, rescue
from messaging.webhooks.setting_check import check_allowed_hosts


def register() -> None:
    """Make the sweeps, and what must hold of calls and of the setting, known."""
    register_check(check_allowed_hosts)
    register_sweep(Sweep("webhook_rescue", rescue.DUE_SQL, rescue.rescue_calls))
    register_sweep(Sweep("webhooks", delivering.DUE_SQL, delivering.deliver_calls, slow=True))
    register_sweep(Sweep("webhook_news", news.DUE_SQL, news.tell_of_parked))
    register_sweep(Sweep("webhooks_forgotten", forgetting.DUE_SQL, forgetting.forget_calls))
    register_backlogs(
        Backlog(
            "webhooks",
            "Webhooks to send",
            "SELECT next_at AS at FROM messaging_webhookcall WHERE status IN ('pending', 'scheduled')"
            " AND next_at <= %(now)s",
        ),
        Backlog(
            "webhook_leases",
            "Webhooks whose worker is gone",
            "SELECT lease_until AS at FROM messaging_webhookcall WHERE status = 'sending' AND lease_until <= %(now)s",
        ),
    )
    register_checks(
        Check(
            "webhooks_nobody_sends",
            "webhooks due for ten minutes that no worker has taken",
            "SELECT count(*) FROM messaging_webhookcall WHERE status IN ('pending', 'scheduled')"
            f" AND next_at < %(now)s - {WAITED}",
        ),
        Check(
            "webhooks_stuck",
            "webhooks whose worker is gone and that were not rescued",
            f"SELECT count(*) FROM messaging_webhookcall WHERE status = 'sending' AND lease_until < %(now)s - {WAITED}",
        ),
    )
