"""Quiet hours: when a person is left in peace, and when that ends. Plain functions of plain data."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo


def is_quiet(at: datetime, start: time | None, end: time | None, zone: tzinfo) -> bool:
    """Whether the wall clock in `zone` stands inside the hours; they may cross midnight, equal ends mean none."""
    if start is None or end is None or start == end:
        return False
    clock = at.astimezone(zone).time()
    return start <= clock < end if start < end else clock >= start or clock < end


def quiet_until(at: datetime, start: time | None, end: time | None, zone: tzinfo) -> datetime:
    """The first moment (UTC) from `at` on that is not quiet; `at` itself outside the hours."""
    if not is_quiet(at, start, end, zone):
        return at
    assert end is not None
    today = at.astimezone(zone).date()
    # The clocks may skip the wall time of the end or show it twice: look at both readings of the next days.
    readings = (
        datetime.combine(today + timedelta(days=days), end, tzinfo=zone).replace(fold=fold).astimezone(UTC)
        for days in range(4)
        for fold in (0, 1)
    )
    return min(moment for moment in readings if moment > at and not is_quiet(moment, start, end, zone))
