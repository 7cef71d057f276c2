"""What comes in from outside: stored first as it came, read afterwards, each exactly once, whatever breaks."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from crm.due import Sweep, register_sweep
from messaging.models import Arrival, ArrivalState

log = logging.getLogger(__name__)

BATCH = 1000
#: Bytes of raw mail that one batch may hold; a larger single one goes alone.
BATCH_BYTES = 64_000_000
#: From so many bytes on an arrival takes seconds to read: it is left to workers that nothing urgent waits for.
LARGE = 2_000_000
ATTEMPTS = 6
LEASE = timedelta(minutes=10)
#: How long what was read is kept, so that it can be read again.
KEPT = timedelta(days=30)

#: Kinds whose readers ask somebody outside: they are left to the same workers, and read one by one, so that no
#: transaction waits for more than one answer.
ASKING = ("sns_subscription", "message_media")
_SLOW = f"(kind IN {ASKING} OR octet_length(raw) >= {LARGE})"
_SMALL_ONES = f"(kind NOT IN {ASKING} AND coalesce(octet_length(raw), 0) < {LARGE})"


def _due_sql(which: str) -> str:
    """True while something waits, or was left by a worker that died: what the pulse asks."""
    return (
        f"EXISTS (SELECT FROM messaging_arrival WHERE state = 'waiting' AND due_at <= %(now)s AND {which})"
        f" OR EXISTS (SELECT FROM messaging_arrival WHERE state = 'working' AND lease_until <= %(now)s AND {which})"
    )


#: True once the oldest is an hour past its time, so that they go in lots and not one by one.
FORGET_SQL = (
    "EXISTS (SELECT FROM messaging_arrival WHERE state = 'done' AND received_at <= %(now)s - interval '30 days 1 hour')"
)


class NotYet(str):
    """A reader's word on an arrival that cannot be placed now but may be later: it is tried again a few times, and
    then let go with these words."""


class LetGo(str):
    """A reader's word on an arrival that is none of ours: done, with these words."""


#: Takes arrivals of its kind, oldest first, and writes to the database only. What it returns is said of single ones
#: by id: a plain text sets one aside for a person, `NotYet` and `LetGo` as they say. An exception: all are tried again.
Reader = Callable[[Sequence[Arrival], datetime], "Mapping[int, str] | None"]

_readers: dict[str, Reader] = {}


def register_reader(kind: str, read: Reader) -> None:
    """Make known who reads arrivals of a kind; called once at start-up."""
    _readers[kind] = read


@dataclass(frozen=True, slots=True)
class NewArrival:
    """`key` tells the same thing sent twice: the provider's own id, else a digest of the content."""

    kind: str
    provider: str
    key: str
    payload: dict[str, Any] = field(default_factory=dict)
    raw: bytes | None = None


def store(arrivals: Sequence[NewArrival], *, now: datetime, due_at: datetime | None = None) -> int:
    """Keep what came in one statement; returns how many are new. They are read from `due_at` on."""
    from psycopg.types.json import Jsonb

    if not arrivals:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_arrival (kind, provider, key, payload, raw, received_at, due_at, state, attempts,
                error, claimed_by)
            SELECT t.*, %s, %s, 'waiting', 0, '', ''
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::jsonb[], %s::bytea[]) AS t
            ON CONFLICT (kind, key) DO NOTHING
            """,
            [
                now,
                due_at or now,
                [one.kind for one in arrivals],
                [one.provider for one in arrivals],
                [storable(one.key)[:200] for one in arrivals],
                [Jsonb(storable(one.payload)) for one in arrivals],
                [one.raw for one in arrivals],
            ],
        )
        return int(cursor.rowcount)


def read_small(now: datetime) -> int:
    """Sweep: read what is quick to read and due at `now`; returns how many arrivals were taken."""
    return read_due(now, _SMALL_ONES)


def read_large(now: datetime) -> int:
    """Sweep: the same for what takes long."""
    return read_due(now, _SLOW)


def read_due(now: datetime, which: str = "true") -> int:
    """Read everything that is due at `now`; returns how many arrivals were taken."""
    worker = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:8]}"
    _take_back(now)
    taken = 0
    while ids := _claim(worker, now, which):
        taken += len(ids)
        by_kind: dict[str, list[int]] = {}
        for pk, kind in ids:
            by_kind.setdefault(kind, []).append(pk)
        for kind, ones in by_kind.items():
            for group in [[pk] for pk in ones] if kind in ASKING else [ones]:
                _read(kind, group, worker, now)
    return taken


# The ids are locked first, and of those only so many marked as fit into memory together.
_CLAIM = """
WITH due AS (
    SELECT id, kind, coalesce(octet_length(raw), 0) AS bytes FROM messaging_arrival
    WHERE state = 'waiting' AND due_at <= %(now)s AND {which} ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT id, kind, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM due
)
UPDATE messaging_arrival a SET state = 'working', claimed_by = %(worker)s, lease_until = %(lease)s,
    attempts = attempts + 1
FROM counted WHERE a.id = counted.id AND counted.before < %(bytes)s
RETURNING a.id, a.kind
"""


def _claim(worker: str, now: datetime, which: str) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.replace("{which}", which),
            {"now": now, "limit": BATCH, "worker": worker, "lease": now + LEASE, "bytes": BATCH_BYTES},
        )
        return sorted(cursor.fetchall())


def _take_back(now: datetime) -> None:
    """Let others read what a worker that died was reading; what killed several workers is set aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_arrival SET lease_until = NULL, claimed_by = '', due_at = %(now)s,
                state = CASE WHEN attempts < %(most)s THEN 'waiting' ELSE 'parked' END,
                error = CASE WHEN attempts < %(most)s THEN error ELSE %(words)s END
            WHERE id IN (SELECT id FROM messaging_arrival WHERE state = 'working' AND lease_until <= %(now)s
                ORDER BY lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED)
            """,
            {"now": now, "most": ATTEMPTS, "words": f"The worker stopped {ATTEMPTS} times while reading it."},
        )


def _read(kind: str, ids: Sequence[int], worker: str, now: datetime) -> None:
    """Read the arrivals in one transaction with the mark that they are done; find the culprit where that fails."""
    try:
        with transaction.atomic():
            _finish(ids, worker)
            rows = list(Arrival.objects.filter(pk__in=ids, claimed_by=worker, state=ArrivalState.DONE).order_by("pk"))
            reader = _readers.get(kind)
            said = reader(rows, now) if reader else {row.pk: f"Nothing here reads “{kind}”." for row in rows}
            _mark([_said(row, said[row.pk], now) for row in rows if said and row.pk in said])
    except Exception as problem:
        log.exception("arrivals could not be read", extra={"kind": kind, "number": len(ids)})
        if len(ids) > 1:  # the others must not wait for it
            half = len(ids) // 2
            _read(kind, ids[:half], worker, now)
            _read(kind, ids[half:], worker, now)
        else:
            _again(ids[0], worker, problem, now)


def _finish(ids: Sequence[int], worker: str) -> None:
    """Mark as done those that are still this worker's; what another has taken meanwhile is left to it."""
    Arrival.objects.filter(pk__in=ids, claimed_by=worker, state=ArrivalState.WORKING).update(
        state=ArrivalState.DONE, lease_until=None, error=""
    )


def _again(pk: int, worker: str, problem: Exception, now: datetime) -> None:
    """Try one that failed once more after a while, or set it aside with what went wrong."""
    rows = Arrival.objects.filter(pk=pk, claimed_by=worker, state=ArrivalState.WORKING)
    for attempts in rows.values_list("attempts", flat=True):
        words = f"It could not be read: {type(problem).__name__}: {problem}"
        if attempts < ATTEMPTS:
            _mark([(pk, ArrivalState.WAITING, now + wait_before(attempts), words)])
        else:
            _mark([(pk, ArrivalState.PARKED, now, words)])


def _said(row: Arrival, words: str, now: datetime) -> tuple[int, str, datetime, str]:
    if isinstance(words, NotYet) and row.attempts < ATTEMPTS:
        return row.pk, ArrivalState.WAITING, now + wait_before(row.attempts), words
    state = ArrivalState.DONE if isinstance(words, NotYet | LetGo) else ArrivalState.PARKED
    return row.pk, state, now, words


def wait_before(attempts: int) -> timedelta:
    """How long to wait after so many attempts: ten seconds, then four times as long each time, an hour in all."""
    return timedelta(seconds=10 * 4 ** (attempts - 1))


def _mark(marks: Sequence[tuple[int, str, datetime, str]]) -> None:
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_arrival a SET state = m.state, due_at = m.due_at, error = m.words, lease_until = NULL,
                claimed_by = CASE m.state WHEN 'waiting' THEN '' ELSE a.claimed_by END
            FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[]) AS m(id, state, due_at, words)
            WHERE a.id = m.id
            """,
            [
                [pk for pk, *_ in marks],
                [str(state) for _, state, *_ in marks],
                [due_at for _, _, due_at, _ in marks],
                [storable(str(words))[:500] for *_, words in marks],
            ],
        )


def storable(value: Any) -> Any:
    """Plain JSON without what PostgreSQL cannot hold: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(str(key)): storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    return value


def try_again(ids: Sequence[int], *, now: datetime) -> int:
    """Put arrivals that were set aside, or read already, back into the queue; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_arrival SET state = 'waiting', attempts = 0, error = '', due_at = %s"
            " WHERE id = ANY(%s) AND state IN ('parked', 'done')",
            [now, list(ids)],
        )
        return int(cursor.rowcount)


def forget_read(now: datetime) -> int:
    """Sweep: remove what was read longer ago than it is kept; returns how many."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM messaging_arrival WHERE id IN (SELECT id FROM messaging_arrival WHERE state = 'done'"
                " AND received_at <= %s ORDER BY received_at LIMIT 5000)",
                [now - KEPT],
            )
            total += int(cursor.rowcount)
            if cursor.rowcount < 5000:
                return total


def register() -> None:
    """Make the sweeps known; called once at start-up."""
    register_sweep(Sweep("arrivals", _due_sql(_SMALL_ONES), read_small))
    register_sweep(Sweep("arrivals_large", _due_sql(_SLOW), read_large, slow=True))
    register_sweep(Sweep("arrivals_forgotten", FORGET_SQL, forget_read))
