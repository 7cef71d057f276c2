"""A provider that is down is left alone, then tried with one message."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from messaging.breaker import CLOSED, LONGEST, OPENS_AT, Circuit, after_answers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_it_opens_after_failures_in_a_row_only():
    circuit = after_answers(CLOSED, [True] * (OPENS_AT - 1) + [False] + [True] * (OPENS_AT - 1), now=NOW)
    assert not circuit.is_open(NOW)
    assert after_answers(circuit, [True], now=NOW).is_open(NOW)


def test_failures_of_several_workers_add_up():
    circuit = CLOSED
    for _ in range(OPENS_AT):
        circuit = after_answers(circuit, [True], now=NOW)
    assert circuit.open_until == NOW + timedelta(minutes=1)


def test_a_trial_that_fails_opens_it_for_twice_as_long():
    first = after_answers(CLOSED, [True] * OPENS_AT, now=NOW)
    later = NOW + timedelta(minutes=2)
    assert first.wants_trial(later)
    assert after_answers(first, [True], now=later).open_until == later + timedelta(minutes=2)


def test_a_trial_that_succeeds_closes_it():
    assert after_answers(Circuit(9, NOW), [False], now=NOW) == CLOSED


@given(some.lists(some.lists(some.booleans(), max_size=12), max_size=30))
def test_it_is_never_left_alone_for_longer_than_a_quarter_of_an_hour(batches):
    circuit, now = CLOSED, NOW
    for downs in batches:
        circuit = after_answers(circuit, downs, now=now)
        assert circuit.open_until is None or circuit.open_until <= now + LONGEST
        assert circuit.is_open(now) <= (circuit.failures >= OPENS_AT)
        now += timedelta(minutes=1)
