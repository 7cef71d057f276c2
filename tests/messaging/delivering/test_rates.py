"""A provider is given no more than it takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from messaging.provider_states import set_rate, take_tokens
from messaging.rates import burst, take

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_full_bucket_gives_a_minutes_worth_at_once():
    grant = take(tokens=0, tokens_at=None, per_hour=600, wanted=100, now=NOW)
    assert grant.given == 10
    assert NOW < grant.next_at < NOW + timedelta(seconds=7)
    assert grant.at(2) - grant.at(1) == grant.every


def test_a_clock_that_goes_back_gives_nothing_for_it():
    grant = take(tokens=0, tokens_at=NOW, per_hour=600, wanted=5, now=NOW - timedelta(hours=1))
    assert grant.given == 0


@settings(max_examples=60)
@given(
    some.integers(min_value=1, max_value=5000),
    some.lists(some.tuples(some.floats(min_value=0, max_value=900), some.integers(0, 200)), max_size=40),
)
def test_no_hour_sees_more_than_the_rate(per_hour, asks):
    tokens, at, now, given_at = 0.0, None, NOW, []
    for seconds, wanted in asks:
        now += timedelta(seconds=seconds)
        grant = take(tokens=tokens, tokens_at=at, per_hour=per_hour, wanted=wanted, now=now)
        assert 0 <= grant.given <= wanted
        assert grant.next_at >= now
        tokens, at = grant.tokens, now
        given_at += [now] * grant.given
    for start in given_at:
        inside = [one for one in given_at if start <= one < start + timedelta(hours=1)]
        assert len(inside) <= max(per_hour, burst(per_hour))


def test_whoever_waits_for_a_token_finds_it():
    first = take(tokens=0, tokens_at=NOW, per_hour=30, wanted=1, now=NOW)
    assert take(tokens=first.tokens, tokens_at=NOW, per_hour=30, wanted=1, now=first.next_at).given == 1


@pytest.mark.django_db
def test_two_workers_whose_clocks_differ_are_given_no_more():
    set_rate("told", 3600)
    take_tokens("told", 60, now=NOW)
    given = 0
    for _ in range(10):
        given += sum(take_tokens("told", 60, now=at).given for at in (NOW - timedelta(seconds=5), NOW))
    assert given == 0
