"""Calls that are over are kept for a month, so that somebody can see what was said; then they are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

KEPT = timedelta(days=30)
BATCH = 5000

#: True once the oldest is an hour past its time, so that they go in lots and not one by one.
DUE_SQL = (
    "EXISTS (SELECT FROM messaging_webhookcall WHERE status IN ('sent', 'failed', 'dropped')"
    " AND tried_at <= %(now)s - interval '30 days 1 hour')"
)


def forget_calls(now: datetime) -> int:
    """Sweep: remove what was over longer ago than it is kept; returns how many."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM messaging_webhookcall WHERE id IN (SELECT id FROM messaging_webhookcall"
                " WHERE status IN ('sent', 'failed', 'dropped') AND tried_at <= %s ORDER BY tried_at LIMIT %s)",
                [now - KEPT, BATCH],
            )
            total += int(cursor.rowcount)
            if cursor.rowcount < BATCH:
                return total
