"""Turns that broke off: tried again later, ever later; in the end a person has to look (D13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from automation.ending import Ended, tell_parked

#: A step that breaks off is tried so often, then parked.
ATTEMPTS = 5
#: The first wait; each next one is four times as long, give or take a fifth so that they do not come back all at once.
FIRST_WAIT_SECONDS = 120


def put_off(ids: Sequence[int], error: str, *, now: datetime) -> None:
    """Let these rounds wait, and park those that have been tried often enough; those that somebody holds are theirs."""
    why = f"It broke off: {error}"[:300]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH ours AS (
                SELECT id FROM automation_enrollment
                WHERE id = ANY (%(ids)s) AND status IN ('active', 'waiting', 'paused_ooo')
                ORDER BY id FOR UPDATE SKIP LOCKED
            )
            UPDATE automation_enrollment e SET attempts = attempts + 1, why = %(why)s,
                status = CASE WHEN attempts + 1 >= %(most)s THEN 'failed' ELSE status END,
                next_at = CASE WHEN attempts + 1 < %(most)s THEN
                    %(now)s + make_interval(secs => %(wait)s * power(4, attempts) * (0.8 + 0.4 * random())) END
            FROM ours WHERE e.id = ours.id
            RETURNING e.id, e.automation_id, e.contact_id, e.status, e.cause_id, e.depth
            """,
            {"ids": list(ids), "why": why, "most": ATTEMPTS, "now": now, "wait": FIRST_WAIT_SECONDS},
        )
        rows = cursor.fetchall()
        parked = [
            Ended(pk, automation_id, contact_id, why, "", cause_id, depth)
            for pk, automation_id, contact_id, status, cause_id, depth in rows
            if status == "failed"
        ]
        tell_parked(parked, now=now)
