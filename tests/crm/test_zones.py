"""Wall times, days and zones, over every zone there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from crm.zones import day_after, local_day, moment, validate_zone, zone, zone_names

ZONES = st.sampled_from(sorted(zone_names()))
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(ZONES, DAYS)
def test_a_day_is_over_when_the_next_one_begins_there(name: str, day: date) -> None:
    over = day_after(day, name)
    assert local_day(over, name) > day
    assert local_day(over - timedelta(seconds=1), name) <= day


@given(ZONES, DAYS, st.times())
def test_a_wall_time_is_kept_unless_the_clocks_skip_it(name: str, day: date, at: time) -> None:
    there = moment(day, at, name).astimezone(zone(name))
    skipped = datetime.combine(day, at, zone(name)).astimezone(UTC).astimezone(zone(name)).replace(tzinfo=None)
    assert there.replace(tzinfo=None) == skipped
    if skipped == datetime.combine(day, at):
        assert (there.date(), there.time().replace(fold=0)) == (day, at)
    else:
        assert there.replace(tzinfo=None) > datetime.combine(day, at)


def test_a_wall_time_that_comes_twice_means_the_first() -> None:
    twice = moment(date(2026, 10, 25), time(2, 30), "Europe/Berlin")
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_wall_time_that_is_skipped_moves_past_the_gap() -> None:
    skipped = moment(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert skipped.astimezone(zone("Europe/Berlin")).time() == time(3, 30)


def test_the_last_day_of_the_calendar_has_an_end() -> None:
    assert day_after(date.max, "Pacific/Kiritimati").year == 9999


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        validate_zone("Mars/Olympus")
