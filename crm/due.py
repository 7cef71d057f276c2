"""What is due: the register of sweeps, the pulse that finds which have work, and the claim that they share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of work that waits for its time.

    `due_sql` is a boolean SQL expression over `%(now)s` that rides the sweep's own partial index; `run` claims and
    works off batches until nothing is due at `now`, and returns how many rows it took. A `slow` one may take minutes,
    so the pulse hands it to workers that nothing urgent waits for.
    """

    name: str
    due_sql: str
    run: Callable[[datetime], int]
    slow: bool = False


_sweeps: dict[str, Sweep] = {}


def register_sweep(sweep: Sweep) -> None:
    """Make a sweep known; called once by its floor at start-up. The order of floors is the order of running."""
    _sweeps[sweep.name] = sweep


def registered_sweeps() -> list[Sweep]:
    return list(_sweeps.values())


def sweeps_with_work(now: datetime) -> list[Sweep]:
    """Ask all sweeps at once, in one statement, which of them have something due."""
    sweeps = registered_sweeps()
    if not sweeps:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({sweep.due_sql})" for sweep in sweeps), {"now": now})
        row = cursor.fetchone()
    return [sweep for sweep, is_due in zip(sweeps, row, strict=True) if is_due]


def pulse(
    now: datetime, *, failed: set[str] | None = None, hand_over: Callable[[str], object] | None = None
) -> dict[str, int]:
    """Run every sweep that has work, once. One that fails is logged, put into `failed`, and holds up no other.

    With `hand_over` the slow ones are only named to it, for another worker's `run_sweep`.
    """
    taken: dict[str, int] = {}
    for sweep in sweeps_with_work(now):
        try:
            if sweep.slow and hand_over is not None:
                hand_over(sweep.name)
                continue
            taken[sweep.name] = sweep.run(now)
        except Exception:
            log.exception("sweep failed", extra={"sweep": sweep.name})
            taken[sweep.name] = 0
            if failed is not None:
                failed.add(sweep.name)
    return taken


def run_sweep(name: str, now: datetime) -> int:
    """Run one sweep by name; returns how many rows it took."""
    return _sweeps[name].run(now)


def run_until_quiet(now: datetime, *, rounds: int = 50, failed: set[str] | None = None) -> dict[str, int]:
    """Pulse until nothing more is due at `now`: what one sweep writes may be another's work. As `pulse` otherwise."""
    total: dict[str, int] = {}
    for _ in range(rounds):
        taken = pulse(now, failed=failed)
        for name, count in taken.items():
            total[name] = total.get(name, 0) + count
        if not any(taken.values()):
            break
    return total


def claim(
    due: models.QuerySet[Any], *, now: datetime, worker: str, lease: timedelta, limit: int, working: str
) -> list[int]:
    """Take up to `limit` due rows for `worker` and return their ids, in the order of `due`.

    The rows need `status`, `claimed_by`, `lease_until` and `attempts`. Ids are locked first, skipping what others
    hold, and marked in the same short transaction; the caller then works with no lock held and finishes only
    rows that are still its own. A lease that runs out gives the row to the rescue sweep.
    """
    with transaction.atomic():
        ids = list(due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        if ids:
            due.model._default_manager.filter(pk__in=ids).update(
                status=working, claimed_by=worker, lease_until=now + lease, attempts=F("attempts") + 1
            )
    return ids
