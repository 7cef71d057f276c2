"""Putting back claimed messages that are held, and ending those that are refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from messaging.ledger import write_decisions
from messaging.policy import Verdict


def stop(stopped: Sequence[tuple[int, Verdict]], *, worker: str, now: datetime) -> set[int]:
    """Put back what is held, which costs it no attempt, and end what is refused; returns those that were the worker's."""
    if not stopped:  # the usual case asks the database nothing
        return set()
    with transaction.atomic():
        return _stop(stopped, worker, now)


def _stop(stopped: Sequence[tuple[int, Verdict]], worker: str, now: datetime) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_message m SET
                status = CASE WHEN s.until IS NULL THEN 'suppressed' ELSE 'scheduled' END,
                attempts = CASE WHEN s.until IS NULL THEN m.attempts ELSE m.attempts - 1 END,
                send_after = coalesce(s.until, m.send_after), reason = s.sentence, claimed_by = '', lease_until = NULL,
                allowed_at = NULL
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS s(id, until, sentence)
            WHERE m.id = s.id AND m.claimed_by = %s AND m.status = 'sending'
            RETURNING m.id
            """,
            [
                [pk for pk, _ in stopped],
                [verdict.until for _, verdict in stopped],
                [verdict.sentence[:300] for _, verdict in stopped],
                worker,
            ],
        )
        ours = {pk for (pk,) in cursor.fetchall()}
    write_decisions([(pk, verdict) for pk, verdict in stopped if pk in ours], now=now)
    return ours
