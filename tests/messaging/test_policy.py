"""The policy gate and quiet hours, as plain functions over every zone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.zones import zone, zone_names
from messaging.policy import Asked, Person, decide
from messaging.quiet_hours import is_quiet, quiet_until

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
moments = st.integers(946_684_800, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, UTC))
zones = st.sampled_from(sorted(zone_names())).map(zone)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))


def person(**changes):
    known = {"name": "Ana", "active": True, "address": "ana@example.com", "zone": zone("Asia/Manila")}
    return Person(**known | changes)


@given(moments, times, times, zones)
def test_the_end_of_quiet_hours_is_ahead_near_and_not_quiet_in_every_zone(at, start, end, there):
    until = quiet_until(at, start, end, there)
    assert not is_quiet(until, start, end, there)
    if is_quiet(at, start, end, there):
        assert at < until <= at + timedelta(hours=50)  # a zone may skip a whole day
    else:
        assert until == at


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("21:59", False), ("22:00", True), ("03:00", True), ("06:59", True), ("07:00", False), ("12:00", False)],
)
def test_quiet_hours_may_cross_midnight(at, quiet):
    moment = datetime.combine(NOON.date(), time.fromisoformat(at), tzinfo=UTC)
    assert is_quiet(moment, time(22), time(7), zone("UTC")) is quiet


def test_quiet_hours_end_by_the_clock_after_the_clocks_went_back():
    at = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 in Berlin, for the second time
    until = quiet_until(at, time(22), time(2, 30), zone("Europe/Berlin"))
    assert until == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_email_waits_for_the_end_of_quiet_hours_in_the_persons_own_zone():
    night = datetime(2026, 11, 20, 15, 10, tzinfo=UTC)  # 23:10 in Manila
    verdict = decide(Asked("email", "reminder"), person(quiet_from=time(22), quiet_to=time(7)), night)
    assert (verdict.verdict, verdict.rule) == ("hold", "quiet_hours")
    assert verdict.until == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert verdict.sentence == "It is 23:10 for Ana, inside quiet hours; it leaves at 07:00."


@pytest.mark.parametrize(
    ("channel", "urgent", "expected"),
    [("in_app", True, "send"), ("email", True, "hold"), ("in_app", False, "hold"), ("email", False, "hold")],
)
def test_only_urgent_words_in_the_app_break_the_quiet(channel, urgent, expected):
    night = datetime(2026, 11, 20, 15, 10, tzinfo=UTC)
    asked = Asked(channel, "escalation", urgent)
    assert decide(asked, person(quiet_from=time(22), quiet_to=time(7)), night).verdict == expected


@pytest.mark.parametrize(
    ("changes", "asked", "rule"),
    [
        ({"active": False}, Asked("email", "reminder"), "inactive"),
        ({}, Asked("email", "reminder", expires_at=NOON), "too_late"),
        ({"channels": ()}, Asked("in_app", "reminder"), "muted"),
        ({"channels": ("in_app",)}, Asked("email", "reminder"), "muted"),
        ({"address": ""}, Asked("email", "reminder"), "no_address"),
    ],
)
def test_each_refusal_names_its_rule(changes, asked, rule):
    verdict = decide(asked, person(**changes), NOON)
    assert (verdict.verdict, verdict.rule) == ("refuse", rule)
    assert verdict.sentence.endswith(".")


@given(moments, times, times, zones, st.booleans(), st.booleans())
def test_what_is_held_may_leave_when_its_time_has_come(at, start, end, there, urgent, by_mail):
    asked = Asked("email" if by_mail else "in_app", "reminder", urgent)
    verdict = decide(asked, person(zone=there, quiet_from=start, quiet_to=end), at)
    if verdict.verdict == "hold":
        assert decide(asked, person(zone=there, quiet_from=start, quiet_to=end), verdict.until).verdict == "send"
