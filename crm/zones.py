"""IANA time zones: which exist, and local wall time to moments and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError


@cache
def zone_names() -> frozenset[str]:
    """All zones that may be stored: the region names, without the machine's own files."""
    return frozenset(name for name in available_timezones() if name not in {"Factory", "localtime"})


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that name, or UTC when it is empty or unknown (a table that has since been cleaned up)."""
    return ZoneInfo(name) if name in zone_names() else ZoneInfo("UTC")


def validate_zone(name: str) -> None:
    """Refuse a name that is not an IANA zone."""
    if name and name not in zone_names():
        raise ValidationError("“%(name)s” is not a time zone. Use a name like Europe/Paris.", params={"name": name})


def moment(day: date, at: time, zone_name: str) -> datetime:
    """The UTC moment of a wall time. A time that the clocks skip becomes the same distance after the gap;
    a time that comes twice means the first."""
    local = datetime.combine(day, at, tzinfo=zone(zone_name))  # fold=0: the earlier, or the offset before a gap
    return local.astimezone(UTC)


def day_after(day: date, zone_name: str) -> datetime:
    """The UTC moment at which a local day is over: when a follow-up due on that date becomes overdue.

    Raises nothing: the last day that a calendar holds ends at its last second.
    """
    if day >= date.max - timedelta(days=1):
        return datetime(9999, 12, 31, tzinfo=UTC)
    return moment(day + timedelta(days=1), time(), zone_name)


def local_day(at: datetime, zone_name: str) -> date:
    return at.astimezone(zone(zone_name)).date()
