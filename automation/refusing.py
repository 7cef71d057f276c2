"""Whom the rules kept out, written down with the reason for who asks why: once a day each, and not for ever (D5, D10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

#: How long it is kept.
KEPT = timedelta(days=90)
BATCH = 10_000

DUE_SQL = (
    "EXISTS (SELECT FROM automation_refusedentry"
    f" WHERE at <= %(now)s - interval '{KEPT.days + 1} days')"  # a day's worth at once
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody who stays out, and why."""

    automation_id: int
    contact_id: int
    reason: str
    about: str = ""
    event_id: int | None = None


def write_refusals(refusals: Sequence[Refusal], *, now: datetime) -> int:
    """Store them, one statement; the same reason for the same person in the same automation once a day. Those of contacts
    that are erased are left out. Returns how many."""
    if not refusals:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "now": now,
                "since": now - timedelta(days=1),
                "automations": [one.automation_id for one in refusals],
                "contacts": [one.contact_id for one in refusals],
                "reasons": [one.reason[:300] for one in refusals],
                "abouts": [one.about for one in refusals],
                "events": [one.event_id for one in refusals],
            },
        )
        return int(cursor.rowcount)


def forget_refusals(now: datetime) -> int:
    """Sweep: delete what is older than KEPT; returns how many."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM automation_refusedentry WHERE id IN"
                " (SELECT id FROM automation_refusedentry WHERE at <= %s ORDER BY at LIMIT %s)",
                [now - KEPT, BATCH],
            )
            done = int(cursor.rowcount)
            total += done
            if done < BATCH:
                return total


_WRITE = """
INSERT INTO automation_refusedentry (automation_id, contact_id, about, event_id, at, reason)
SELECT DISTINCT ON (t.automation, t.contact, t.reason) t.automation, t.contact, t.about, t.event, %(now)s, t.reason
FROM unnest(%(automations)s::bigint[], %(contacts)s::bigint[], %(reasons)s::text[], %(abouts)s::text[],
    %(events)s::bigint[]) AS t(automation, contact, reason, about, event)
JOIN crm_contact c ON c.id = t.contact
JOIN automation_automation a ON a.id = t.automation
WHERE NOT EXISTS (
    SELECT FROM automation_refusedentry r WHERE r.contact_id = t.contact AND r.automation_id = t.automation
        AND r.reason = t.reason AND r.at > %(since)s)
"""
