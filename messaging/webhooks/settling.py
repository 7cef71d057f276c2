"""Writing down what came of calls: as a set, and only where they are still the worker's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from messaging.webhooks.claiming import Claimed
from messaging.webhooks.fates import Answer, Fate, fate_of

#: How long the other calls to a host wait that did not answer several in a row: from once to twice as long.
QUIET = timedelta(minutes=1)
#: Calls that waited for longer than this behind such a host wait for a person.
LONGEST_WAIT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Settled:
    """A call and what came of it."""

    call: Claimed
    answer: Answer
    fate: Fate

    @classmethod
    def of(cls, call: Claimed, answer: Answer, *, now: datetime) -> Settled:
        """Decide."""
        chance = random.random()  # noqa: S311 - spreads retries, guards nothing
        return cls(call, answer, fate_of(answer, attempts=call.attempts, now=now, chance=chance))


def settle(settled: Sequence[Settled], *, worker: str, now: datetime) -> int:
    """Record them; returns how many were still the worker's. What was rescued meanwhile is called again."""
    if not settled:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "now": now,
                "worker": worker,
                "id": [one.call.pk for one in settled],
                "status": [one.fate.status for one in settled],
                "words": [one.fate.words for one in settled],
                "code": [one.answer.code for one in settled],
                "next_at": [one.fate.next_at for one in settled],
            },
        )
        return int(cursor.rowcount)


def leave_alone(host: str, words: str, *, now: datetime) -> int:
    """Let what is due for a host wait that does not answer: it costs them no attempt. Returns how many wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LEAVE_ALONE,
            {"now": now, "host": host, "words": words, "quiet": QUIET.total_seconds(), "oldest": now - LONGEST_WAIT},
        )
        return int(cursor.rowcount)


_SETTLE = """
UPDATE messaging_webhookcall c SET status = f.status, last_error = left(f.words, 500), last_code = f.code,
    next_at = coalesce(f.next_at, c.next_at), tried_at = %(now)s,
    sent_at = CASE f.status WHEN 'sent' THEN %(now)s::timestamptz END, lease_until = NULL, claimed_by = ''
FROM unnest(%(id)s::bigint[], %(status)s::text[], %(words)s::text[], %(code)s::int[], %(next_at)s::timestamptz[])
    AS f(id, status, words, code, next_at)
WHERE c.id = f.id AND c.claimed_by = %(worker)s AND c.status = 'sending'
"""

_LEAVE_ALONE = """
UPDATE messaging_webhookcall SET
    status = CASE WHEN created_at < %(oldest)s THEN 'parked' ELSE 'scheduled' END,
    tried_at = CASE WHEN created_at < %(oldest)s THEN %(now)s ELSE tried_at END,
    last_error = left('Others before it got no answer, so it waits. ' || %(words)s, 500),
    next_at = %(now)s + make_interval(secs => %(quiet)s * (1 + random()))
WHERE host = %(host)s AND status IN ('pending', 'scheduled') AND next_at <= %(now)s
"""
