"""What there is to do in a rehearsal, asked of the database: now, and when next; and whom it would stand in the way of (D8)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection

#: The room of advisory locks for contacts who are rehearsed with: any number that no other of this application uses.
REHEARSALS = 20_261_124


class Due(NamedTuple):
    """What is due at a moment."""

    events: bool
    messages: bool
    followups: bool
    round: bool


def due_now(contact_id: int, *, told_until: int, enrollment_id: int, now: datetime) -> Due | None:
    """What is due for a contact, if anything; one query. Events up to `told_until` were told already."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"contact": contact_id, "told": told_until, "round": enrollment_id, "now": now})
        due = Due(*cursor.fetchone())
    return due if any(due) else None


def next_for(contact_id: int) -> tuple[datetime | None, datetime | None]:
    """When the contact's next message leaves, and when their next follow-up is missed."""
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS, {"contact": contact_id})
        leaves, missed = cursor.fetchone()
    return leaves, missed


def is_waited_for() -> bool:
    """Whether another session waits for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED_FOR)
        return bool(cursor.fetchone()[0])


def take_contact(contact_id: int) -> bool:
    """Keep other rehearsals from this contact until the transaction ends; False where another has them, at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, (%s %% 2147483647)::int)", [REHEARSALS, contact_id])
        return bool(cursor.fetchone()[0])


_DUE = """
SELECT EXISTS (SELECT FROM crm_event WHERE contact_id = %(contact)s AND id > %(told)s),
    EXISTS (SELECT FROM messaging_message WHERE contact_id = %(contact)s AND direction = 'out'
        AND status IN ('pending', 'scheduled') AND send_after <= %(now)s),
    EXISTS (SELECT FROM followups_followup f JOIN followups_followuptype t ON t.id = f.type_id
        WHERE f.contact_id = %(contact)s AND f.deleted_at IS NULL AND f.status = 'pending' AND f.due_by <= %(now)s
            AND f.due_by + t.miss_after_minutes * interval '1 minute' <= %(now)s
            AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(now)s)
            AND NOT (f.speed_to_lead AND f.reschedule_count = 0)),
    EXISTS (SELECT FROM automation_enrollment WHERE id = %(round)s AND next_at <= %(now)s
        AND status IN ('active', 'waiting', 'paused_ooo'))
"""

# When the next message leaves, and when the next follow-up is missed.
_MOMENTS = """
SELECT (SELECT min(send_after) FROM messaging_message
        WHERE contact_id = %(contact)s AND direction = 'out' AND status IN ('pending', 'scheduled')),
    (SELECT min(greatest(f.due_by + t.miss_after_minutes * interval '1 minute', f.snoozed_until))
        FROM followups_followup f JOIN followups_followuptype t ON t.id = f.type_id
        WHERE f.contact_id = %(contact)s AND f.deleted_at IS NULL AND f.status = 'pending'
            AND NOT (f.speed_to_lead AND f.reschedule_count = 0))
"""

_WAITED_FOR = """
SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""
