"""How much of each kind waits past its time, and since when: what operators watch on the page and in the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from crm.gauges import register_gauge

#: Counting stops here: beyond it only "more than" is of interest.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Backlog:
    """`rows_sql` selects, for each due row, the moment `at` since when it is due; it rides the sweep's own index."""

    name: str
    label: str
    rows_sql: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one kind. `oldest` is None where nothing does."""

    name: str
    label: str
    count: int
    oldest: datetime | None

    @property
    def more(self) -> bool:
        return self.count > MOST


_backlogs: dict[str, Backlog] = {}


def register_backlogs(*backlogs: Backlog) -> None:
    """Make kinds known; called by each floor at start-up."""
    for backlog in backlogs:
        _backlogs[backlog.name] = backlog
        rows = backlog.rows_sql.replace("%(now)s", "now()")
        register_gauge(
            name=f"followthrough_due_{backlog.name}",
            help=f"{backlog.label}: rows past their time, counted up to {MOST}",
            sql=f"SELECT count(*) FROM (SELECT 1 FROM ({rows}) AS due LIMIT {MOST + 1}) AS counted",
        )


def waiting(*, now: datetime) -> list[Waiting]:
    """Count every kind, one cheap statement each."""
    found = []
    with connection.cursor() as cursor:
        for one in _backlogs.values():
            cursor.execute(
                f"SELECT count(*), min(at) FROM (SELECT at FROM ({one.rows_sql}) AS due LIMIT {MOST + 1}) AS counted",
                {"now": now},
            )
            count, oldest = cursor.fetchone()
            found.append(Waiting(one.name, one.label, count, oldest))
    return found


def register_ground() -> None:
    """The kinds of this floor."""
    register_backlogs(
        Backlog(
            "events",
            "Events to tell",
            "SELECT e.recorded_at AS at FROM crm_pendingevent p JOIN crm_event e ON e.id = p.event_id",
        ),
        Backlog("parked", "Events to try again", "SELECT next_at AS at FROM crm_parkedevent WHERE next_at <= %(now)s"),
        Backlog(
            "imports",
            "Imports",
            "SELECT created_at AS at FROM crm_importbatch WHERE state IN ('queued', 'running') AND lease_until <= %(now)s",
        ),
        Backlog("daily_jobs", "Daily jobs", "SELECT next_at AS at FROM crm_clock WHERE next_at <= %(now)s"),
    )
