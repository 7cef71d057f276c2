"""How times are said on a page."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.jinja_dates import day_words, due, duration_words, late_words, when, when_words

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday
ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "now"),
        (3 / 60, "in 3 min"),
        (-5 / 60, "5 min ago"),
        (2, "today 12:00"),
        (-17, "yesterday 17:00"),
        (24, "tomorrow 10:00"),
        (72, "Mon 23 Nov"),
        (-48, "Wed 10:00"),
        (-24 * 30, "21 Oct"),
        (24 * 200, "8 Jun 2027"),
    ],
)
def test_a_moment_is_said_as_a_person_would(hours: float, said: str) -> None:
    assert when_words(NOW + timedelta(hours=hours), NOW, ROME) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.01, "1 min late"), (0.5, "30 min late"), (5, "5 h late"), (17, "yesterday 17:00"), (49, "2 days late")],
)
def test_what_is_overdue_says_by_how_much(hours: float, said: str) -> None:
    assert late_words(NOW - timedelta(hours=hours), NOW, ROME) == said


def test_the_day_is_that_of_the_reader() -> None:
    moment = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert when_words(moment, NOW, UTC) == "today 23:30"
    assert when_words(moment, NOW, ROME) == "tomorrow 00:30"


def test_the_exact_time_is_on_hover_and_in_the_attribute() -> None:
    shown = when(NOW + timedelta(hours=2), NOW, ROME)
    assert 'datetime="2026-11-20T11:00:00+00:00"' in shown
    assert 'title="Fri 20 Nov 2026, 12:00 CET"' in shown


def test_a_day_without_a_time_stays_a_day() -> None:
    assert when(date(2026, 11, 21), NOW, UTC) == '<time datetime="2026-11-21">tomorrow</time>'
    assert day_words(date(2027, 5, 12), date(2026, 11, 20)) == "12 May 2027"


def test_nothing_due_is_any_time() -> None:
    assert due(None) == "any time"
    assert when(None) == ""


@pytest.mark.parametrize(
    ("seconds", "said"), [(20, "20 s"), (300, "5 min"), (6000, "1 h 40 min"), (7200, "2 h"), (260_000, "3 days")]
)
def test_a_length_of_time_has_two_units_at_most(seconds: int, said: str) -> None:
    assert duration_words(seconds) == said
