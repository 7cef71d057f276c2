"""Looking for rows that contradict each other: each floor says what must hold of its tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` counts the rows that break the rule; it may use %(now)s. `words` say what such a row means.

    `count` does so instead where no one statement can say it.
    """

    name: str
    words: str
    sql: str = ""
    count: Callable[[datetime], int] | None = None


_checks: dict[str, Check] = {}


def register_checks(*checks: Check) -> None:
    """Make checks known; called by each floor at start-up."""
    for check in checks:
        _checks[check.name] = check


def all_checks() -> list[Check]:
    return list(_checks.values())


def count_problems(*, now: datetime) -> dict[str, int]:
    """Run every check; returns how many rows break it, by name."""
    found = {}
    with connection.cursor() as cursor:
        for check in _checks.values():
            if check.count is not None:
                found[check.name] = check.count(now)
                continue
            cursor.execute(check.sql, {"now": now})
            found[check.name] = int(cursor.fetchone()[0])
    return found


#: Due for so long, or leased past its end for so long, and nobody has come for it.
WAITED = "interval '10 minutes'"


def register_ground() -> None:
    """The rules of this floor's tables."""
    register_checks(
        Check(
            "contacts_without_search_entry",
            "contacts that search does not find",
            "SELECT count(*) FROM crm_contact c WHERE deleted_at IS NULL AND NOT EXISTS"
            " (SELECT FROM crm_searchentry s WHERE s.kind = 'contact' AND s.object_id = c.id)",
        ),
        Check(
            "search_entries_of_nothing",
            "search entries of contacts that are gone",
            "SELECT count(*) FROM crm_searchentry s WHERE s.kind = 'contact' AND NOT EXISTS"
            " (SELECT FROM crm_contact c WHERE c.id = s.object_id AND c.deleted_at IS NULL)",
        ),
        Check(
            "events_waiting_too_long",
            "events that no subscriber has been told of for ten minutes",
            "SELECT count(*) FROM crm_pendingevent p JOIN crm_event e ON e.id = p.event_id"
            f" WHERE e.recorded_at < %(now)s - {WAITED}",
        ),
        Check(
            "pending_without_event",
            "queued events that are not stored",
            "SELECT count(*) FROM crm_pendingevent p WHERE NOT EXISTS (SELECT FROM crm_event e WHERE e.id = p.event_id)",
        ),
        Check(
            "events_given_up",
            "events that a subscriber failed on for good",
            "SELECT count(*) FROM crm_parkedevent WHERE next_at IS NULL",
        ),
        Check(
            "imports_left_lying",
            "imports whose worker is gone and that nobody has taken over",
            f"SELECT count(*) FROM crm_importbatch WHERE state = 'running' AND lease_until < %(now)s - {WAITED}",
        ),
        Check(
            "rotting_dates_off",
            "contacts whose day of going quiet does not follow from their last contact",
            "SELECT count(*) FROM crm_contact WHERE deleted_at IS NULL AND rots_at IS DISTINCT FROM"
            " coalesce(last_two_way_at, created_at) + expected_rhythm * interval '24 hours'",
        ),
        Check(
            "daily_jobs_late",
            "daily jobs that should have run more than ten minutes ago",
            f"SELECT count(*) FROM crm_clock WHERE next_at < %(now)s - {WAITED}",
        ),
    )
