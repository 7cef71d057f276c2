"""The hours in which a contact may be written to, by their own wall clock. Plain functions of plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

#: A stretch of the day, half-open: its first minute belongs to it, its last does not; it may cross midnight.
Stretch = tuple[time, time]

SATURDAY_AND_SUNDAY = frozenset({6, 7})

#: Countries whose weekend is not Saturday and Sunday, as ISO weekdays (Monday is 1). From the week data of the Unicode
#: CLDR (supplemental/weekData); the United Arab Emirates rest on Saturday and Sunday since 2022.
WEEKENDS: dict[str, frozenset[int]] = {
    **dict.fromkeys(
        ("BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"), frozenset({5, 6})
    ),
    "AF": frozenset({4, 5}),
    "IR": frozenset({5}),
    "IN": frozenset({7}),
    "UG": frozenset({7}),
}

#: So many local days ahead there always is an opening: a weekend, a day that a zone skips, and a gap of the clocks.
HORIZON = 16


class NoOpening(ValueError):
    """Hours that never come: `strictest` and the settings refuse them, so this is an error in the program."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When it is not quiet and not a day off, in `zone`. `days_off` are ISO weekdays."""

    zone: tzinfo
    quiet: tuple[Stretch, ...] = ()
    days_off: frozenset[int] = frozenset()

    def is_quiet(self, at: datetime) -> bool:
        clock = at.astimezone(self.zone).time()
        return any(_within(clock, stretch) for stretch in self.quiet)

    def is_day_off(self, at: datetime) -> bool:
        return at.astimezone(self.zone).isoweekday() in self.days_off

    def is_open(self, at: datetime) -> bool:
        return not self.is_day_off(at) and not self.is_quiet(at)


def weekend_of(country: str) -> frozenset[int]:
    """The days on which a country rests, as ISO weekdays."""
    return WEEKENDS.get(country, SATURDAY_AND_SUNDAY)


def stretch(start: time | None, end: time | None) -> tuple[Stretch, ...]:
    """Quiet hours as kept in a row: without a start or an end, or with both the same, there are none."""
    return () if start is None or end is None or start == end else ((start, end),)


def leaves_time(quiet: Sequence[Stretch]) -> bool:
    """Whether a day with these quiet hours has a minute left."""
    return not quiet or any(not any(_within(end, other) for other in quiet) for _, end in quiet)


def strictest(house: tuple[Stretch, ...], own: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Both together; where they would leave no minute of the day, the contact's own wish alone."""
    return house + own if leaves_time(house + own) else own


def next_open(at: datetime, hours: Hours) -> datetime:
    """The first moment (UTC) from `at` on at which they may be written to; `at` itself when that is now.

    A wall time that the clocks skip counts as the same distance after the gap; of one that comes twice, each
    reading is looked at. Raises NoOpening for hours that never come.
    """
    if hours.is_open(at):
        return at
    for moment in _beginnings(at, hours):
        if moment > at and hours.is_open(moment):
            return moment
    raise NoOpening("There is no hour at which they may be written to.")


def _beginnings(at: datetime, hours: Hours) -> Iterator[datetime]:
    """Every moment at which an opening can begin, earliest first: the ends of quiet hours, and midnights."""
    today = at.astimezone(hours.zone).date()
    clocks = sorted({time(), *(end for _, end in hours.quiet)})
    for days in range(HORIZON):
        day = today + timedelta(days=days)
        yield from sorted(_moment(day, clock, hours.zone, fold) for clock in clocks for fold in (0, 1))


@lru_cache(maxsize=4096)
def _moment(day: date, clock: time, zone: tzinfo, fold: int) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=fold).astimezone(UTC)


def _within(clock: time, among: Stretch) -> bool:
    start, end = among
    return start <= clock < end if start < end else clock >= start or clock < end
