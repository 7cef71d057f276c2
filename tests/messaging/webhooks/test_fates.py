"""What an answer means for a call, and when it is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.webhooks.fates import ATTEMPTS, Answer, Outcome, answer_of, fate_of, wait_after

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: A busy machine is no fault of what is tried.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_any_2xx_is_taken(code: int) -> None:
    assert answer_of(code, "") == Answer(Outcome.TAKEN, code=code)
    assert fate_of(answer_of(code, ""), attempts=1, now=NOW, chance=0).status == "sent"


@pytest.mark.parametrize("code", [301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 410, 413, 422, 451])
def test_what_says_no_for_good_ends_with_its_reason(code: int) -> None:
    fate = fate_of(answer_of(code, "no such hook"), attempts=1, now=NOW, chance=0)
    assert (fate.status, fate.next_at) == ("failed", None)
    assert str(code) in fate.words


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(code: int) -> None:
    fate = fate_of(answer_of(code, ""), attempts=1, now=NOW, chance=0.5)
    assert (fate.status, fate.next_at) == ("scheduled", NOW + timedelta(seconds=10))


def test_the_waits_grow_fivefold_up_to_a_day() -> None:
    waits = [wait_after(n, 0.5).total_seconds() for n in range(1, ATTEMPTS)]
    assert waits == [10, 50, 250, 1250, 6250, 31250, 86400]


def test_the_last_attempt_parks_it_with_what_went_wrong() -> None:
    fate = fate_of(answer_of(500, "boom"), attempts=ATTEMPTS, now=NOW, chance=0)
    assert fate.status == "parked"
    assert fate.words == "Tried 8 times. Something is out of order there (500): boom"


@pytest.mark.parametrize("code", [429, 503])
def test_it_is_never_tried_before_they_asked_for(code: int) -> None:
    fate = fate_of(answer_of(code, "", wait=3600), attempts=1, now=NOW, chance=0)
    assert fate.next_at == NOW + timedelta(hours=1)
    spread = fate_of(answer_of(code, "", wait=3600), attempts=1, now=NOW, chance=1).next_at
    assert spread == NOW + timedelta(minutes=66)


def test_a_short_wait_that_they_asked_for_makes_ours_no_shorter() -> None:
    fate = fate_of(answer_of(429, "", wait=1), attempts=4, now=NOW, chance=0.5)
    assert fate.next_at == NOW + timedelta(seconds=1250)


def test_a_wait_is_asked_for_by_429_and_503_only() -> None:
    assert answer_of(500, "", wait=3600).wait is None


def test_nobody_has_us_wait_for_more_than_a_day() -> None:
    fate = fate_of(answer_of(429, "", wait=float("inf")), attempts=1, now=NOW, chance=0)
    assert fate.next_at == NOW + timedelta(days=1)


@CALM
@given(st.integers(100, 999), st.integers(1, 40), st.floats(0, 1), st.none() | st.floats(0, 1e300))
def test_every_answer_has_one_fate(code: int, attempts: int, chance: float, wait: float | None) -> None:
    fate = fate_of(answer_of(code, "", wait=wait), attempts=attempts, now=NOW, chance=chance)
    assert fate.status in {"sent", "failed", "scheduled", "parked"}
    assert (fate.next_at is not None) == (fate.status == "scheduled")
    if fate.next_at:
        assert NOW < fate.next_at <= NOW + timedelta(days=1.5)
        assert attempts < ATTEMPTS
