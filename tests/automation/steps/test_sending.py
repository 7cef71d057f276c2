"""When a step that writes may do so: hours, runs, caps."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from automation.definition.rules import Rules
from automation.engine.sending import when_to_send
from tests.automation.steps.cases import NOW, case, step

SEND = step("send_email", template=1)
HOUR = timedelta(hours=1)
OFFICE = {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"}


def later(**fields):
    return when_to_send(case(SEND, **fields))


def test_without_rules_it_is_now():
    assert later() is None


def test_outside_its_hours_it_waits_until_they_begin():
    friday_night = datetime(2026, 3, 6, 20, tzinfo=UTC)
    assert later(rules={"window": OFFICE}, now=friday_night).until == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_hours_may_run_into_the_next_day():
    night = {"days": [1], "from": "22:00", "to": "02:00"}
    assert later(rules={"window": night}, now=datetime(2026, 3, 3, 1, tzinfo=UTC)) is None
    assert later(rules={"window": night}, now=datetime(2026, 3, 3, 2, tzinfo=UTC)).until.day == 9


def test_it_waits_for_the_next_run():
    runs = {"runs_at": ["09:00", "14:00", "18:00"]}
    assert later(rules=runs, since=NOW + HOUR, now=NOW + HOUR).until == NOW + 5 * HOUR
    assert later(rules=runs, since=NOW + HOUR, now=NOW + 5 * HOUR) is None


def test_a_run_outside_the_hours_is_no_run():
    runs = {"runs_at": ["09:00", "18:00"], "window": OFFICE}
    assert later(rules=runs, since=NOW + HOUR, now=NOW + HOUR).until == NOW + 24 * HOUR


def test_a_run_that_was_missed_and_whose_hours_are_over_waits_for_the_next_one():
    runs = {"runs_at": ["09:00", "14:00"], "window": OFFICE}
    assert later(rules=runs, since=NOW, now=NOW + 9 * HOUR).until == NOW + 24 * HOUR


def test_who_has_no_place_in_a_run_waits_for_the_next_one():
    runs = {"runs_at": ["09:00", "14:00"], "batch_size": 2}
    assert later(rules=runs, place=1) is None
    assert later(rules=runs, place=2).until == NOW + 5 * HOUR


def test_the_cap_over_all_automations_waits_until_there_is_room():
    had = [NOW - 20 * HOUR, NOW - HOUR]
    assert later(touches=had, most_touches=2).until == NOW + 4 * HOUR
    assert later(touches=had, most_touches=3) is None
    assert later(touches=had, most_touches=1).until == NOW + 23 * HOUR


def test_a_message_that_is_still_to_leave_counts_from_when_it_does():
    assert later(touches=[NOW + 10 * HOUR], most_touches=1).until == NOW + 34 * HOUR


@pytest.mark.parametrize(
    "rules",
    [
        {"window": {"days": []}},
        {"window": {"days": [8]}},
        {"window": {"days": [1], "from": "09:00+02:00"}},
        {"runs_at": ["20:00"], "window": OFFICE},
        {"batch_size": 50},
        {"most_touches": 0},
    ],
)
def test_rules_by_which_nothing_would_ever_leave_are_refused(rules):
    with pytest.raises(ValidationError):
        Rules(**rules)
