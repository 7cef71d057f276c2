"""Started and left lying: what somebody began but did not settle in time climbs like anything else that is overdue."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from followups.escalation import open_escalations

BATCH = 500

#: Those to take. A climb since the due time, even one that somebody saw to, is enough: it is not begun again for that time.
LEFT = """
FROM followups_followup f
WHERE f.deleted_at IS NULL AND f.status = 'in_progress' AND f.due_by <= %(now)s
    AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(now)s)
    AND NOT EXISTS (SELECT FROM followups_escalation e WHERE e.followup_id = f.id AND e.opened_at >= f.due_by)
"""

#: Rides the index followups_started.
DUE_SQL = f"EXISTS (SELECT {LEFT})"


def sweep_left_started(now: datetime) -> int:
    """Begin a climb for each, batch by batch; returns how many began. They stay in progress: they are not missed."""
    total = 0
    while ids := _batch(now):
        total += open_escalations(ids, now=now)
        if len(ids) < BATCH:
            break
    return total


def _batch(now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT f.id {LEFT} ORDER BY f.due_by, f.id LIMIT {BATCH}", {"now": now})
        return [row[0] for row in cursor.fetchall()]
