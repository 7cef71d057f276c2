"""When things are due: dates and moments, in every zone and across every change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.zones import local_day, zone, zone_names
from followups.due import BadDue, Due, anchor, due_by, in_words, read_due

ZONES = st.sampled_from(sorted(zone_names()))
DAYS = st.dates(date(1970, 1, 1), date(2200, 12, 31))
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(DAYS, ZONES)
def test_a_date_is_over_when_its_last_moment_has_passed_there(day: date, name: str) -> None:
    end = due_by(Due(on=day), name)
    assert local_day(end, name) > day
    assert local_day(end - timedelta(seconds=1), name) <= day


@given(DAYS, ZONES)
def test_a_later_date_is_never_over_sooner(day: date, name: str) -> None:
    assert due_by(Due(on=day), name) <= due_by(Due(on=day + timedelta(days=1)), name)


@given(MOMENTS, ZONES)
def test_a_moment_is_due_at_itself_wherever_its_person_is(at: datetime, name: str) -> None:
    assert due_by(Due(at=at.astimezone(zone(name))), name) == anchor(Due(at=at), name) == at


@given(DAYS, ZONES)
def test_the_morning_of_a_date_lies_in_it(day: date, name: str) -> None:
    morning = anchor(Due(on=day), name)
    assert morning < due_by(Due(on=day), name)


@given(MOMENTS, ZONES)
def test_what_is_written_is_read_back(at: datetime, name: str) -> None:
    assert read_due(at.isoformat(), name) == Due(at=at)
    assert read_due(at.date().isoformat(), name) == Due(on=at.date())
    assert in_words(Due(on=at.date()), name)


def test_a_time_without_an_offset_is_local() -> None:
    assert read_due("2026-11-20 15:00", "America/New_York").at == datetime(2026, 11, 20, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-13-01", "2026-02-30", "99999-01-01", "+12026-01-01", "1969-12-31", "9999-12-31", "0001-01-01",
     "2026-01-01T25:00", "0001-01-01T00:00", "9999-12-31T23:59+14:00", "20:00", "2026-01-01\0"],
)  # fmt: skip
def test_what_is_no_due_date_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadDue) as refused:
        read_due(text, "Pacific/Kiritimati")
    assert str(refused.value).endswith((".", "not."))


@given(st.text(max_size=30), ZONES)
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    try:
        due = read_due(text, name)
    except BadDue:
        return
    assert due_by(due, name).tzinfo is UTC


def test_one_of_date_and_moment_is_needed() -> None:
    for wrong in ({}, {"on": date(2026, 1, 1), "at": datetime(2026, 1, 1, tzinfo=UTC)}, {"at": datetime(2026, 1, 1)}):  # noqa: DTZ001
        with pytest.raises(BadDue):
            Due(**wrong)  # type: ignore[arg-type]
