"""Numbers of invoices: 2026-0001, 2026-0002, ... by the year of issue, none left out and none given twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

#: Any number that no other advisory lock of this application uses.
LOCK_SPACE = 7311
DIGITS = 4


def next_numbers(days: Iterable[date]) -> list[str]:
    """The next free number for each day of issue, in the order given.

    Call inside the transaction that stores them: the years stay locked until it ends, so that a number which is not
    kept after all is the next one's.
    """
    wanted = [day.year for day in days]
    last = {year: _last(year) for year in sorted(set(wanted))}
    found = []
    for year in wanted:
        last[year] += 1
        found.append(f"{year}-{last[year]:0{DIGITS}}")
    return found


def _last(year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, year])
        cursor.execute(
            "SELECT coalesce(max(substr(number, 6)::bigint), 0) FROM crm_invoice"
            " WHERE deleted_at IS NULL AND number LIKE %s AND number ~ '^\\d{4}-\\d{4,12}$'",
            [f"{year:04}-%"],
        )
        return int(cursor.fetchone()[0])
