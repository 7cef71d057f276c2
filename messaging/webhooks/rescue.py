"""Calls whose worker died: made once more, since nobody knows whether they left, and the receiver knows them by their id."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from messaging.webhooks.fates import ATTEMPTS

BATCH = 500

#: True for each call whose lease ran out: what the pulse asks.
DUE_SQL = "EXISTS (SELECT FROM messaging_webhookcall WHERE status = 'sending' AND lease_until <= %(now)s)"

GIVEN_UP = f"The worker stopped {ATTEMPTS} times while calling."
AGAIN = "The worker stopped while calling; it may have arrived, and is called once more."


def rescue_calls(now: datetime) -> int:
    """Put back every call whose lease has run out at `now`; returns how many."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                _RESCUE, {"now": now, "most": ATTEMPTS, "given_up": GIVEN_UP, "again": AGAIN, "batch": BATCH}
            )
            total += int(cursor.rowcount)
            if cursor.rowcount < BATCH:
                return total


_RESCUE = """
WITH lost AS (
    SELECT id FROM messaging_webhookcall WHERE status = 'sending' AND lease_until <= %(now)s
    ORDER BY lease_until LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
UPDATE messaging_webhookcall c SET
    status = CASE WHEN attempts >= %(most)s THEN 'parked' ELSE 'pending' END,
    last_error = CASE WHEN attempts >= %(most)s THEN %(given_up)s ELSE %(again)s END,
    next_at = %(now)s, tried_at = %(now)s, claimed_by = '', lease_until = NULL
FROM lost WHERE c.id = lost.id
"""
