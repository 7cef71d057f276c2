"""Taking what a merge changes away from everybody else for a moment, and giving way when somebody has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors

from crm.dispatching import LOCK_SPACE
from crm.timeline import SHARDS

T = TypeVar("T")

#: Shorter than PostgreSQL waits before it looks for a deadlock (1 s): of two that wait for each other, the merge gives
#: way, and never a send or a reminder.
PATIENCE = "400ms"
TRIES = 6

_GIVES_WAY = (errors.LockNotAvailable, errors.DeadlockDetected)


class Busy(RuntimeError):
    """Others were at work on these contacts the whole time."""


def in_peace(work: Callable[[CursorWrapper], T], contact_ids: Sequence[int]) -> T:
    """Do the work in one transaction while no event of these contacts is being told to anybody. Raises Busy.

    The shards of the two are held as a dispatcher holds them, so that a subscriber sees an event before the merge or
    after it, and never half.
    """
    for attempt in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                for shard in sorted({pk % SHARDS for pk in contact_ids}):
                    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, shard])
                done = work(cursor)
                cursor.execute("SET LOCAL lock_timeout = 0")
                return done
        except OperationalError as problem:
            if not isinstance(problem.__cause__, _GIVES_WAY):
                raise
            time.sleep(0.05 * 2**attempt)
    raise Busy("Somebody is at work on one of the two just now. Try again in a moment.")
