"""Administrators are told of webhooks that wait for a person: once for all that came up to then, and not by the hour."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crm.models import Role, User
from messaging.notices import Notice, tell

#: When they were told last, in milliseconds: the cause on the message is the memory.
_TOLD = "coalesce((SELECT max(cause_id) FROM messaging_message WHERE cause_kind = 'webhooks'), 0)"

#: Calls that wait and of which nobody was told, unless somebody was told of others in the last six hours.
_NEWS_SQL = f"""
    FROM messaging_webhookcall c WHERE c.status = 'parked' AND c.tried_at > to_timestamp({_TOLD} / 1000.0)
        AND {_TOLD} < extract(epoch FROM %(now)s - interval '6 hours') * 1000
"""

DUE_SQL = f"EXISTS (SELECT {_NEWS_SQL})"


@transaction.atomic
def tell_of_parked(now: datetime) -> int:
    """Sweep: tell the administrators; returns how many were told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), array_agg(DISTINCT c.host ORDER BY c.host)" + _NEWS_SQL, {"now": now})
        count, hosts = cursor.fetchone()
    if not count:
        return 0
    moment = int(now.timestamp() * 1000) + 1
    what = "webhook waits" if count == 1 else "webhooks wait"
    notices = [
        Notice(
            pk,
            "parked",
            f"{count:,} {what} for a person: {', '.join(hosts)[:150]} did not take them",
            {"url": "/operations/webhooks/?status=parked", "lines": ["See why, then try again or give them up."]},
            f"webhooks:{moment}:{pk}",
            "webhooks",
            moment,
        )
        for pk in User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).values_list("pk", flat=True)
    ]
    return len(tell(notices, now=now))
