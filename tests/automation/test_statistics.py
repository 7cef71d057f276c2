"""Intervals hold what they say: against published examples, by their shape, and in simulation with a known effect."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.statistics import FEWEST, Rate, difference_of, rate_of

counts = st.integers(0, 5_000).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases)))


def rate(hits: int, cases: int) -> Rate:
    found = rate_of(hits, cases)
    assert found is not None
    return found


# R. G. Newcombe (1998) 857–872, table I, method 3; and 873–890, table II, method 10.
@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(hits: int, cases: int, low: float, high: float) -> None:
    found = rate(hits, cases)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_interval_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference_of(rate(*first), rate(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.0001)


@given(counts)
def test_an_interval_holds_its_rate_and_stays_between_nothing_and_all(one: tuple[int, int]) -> None:
    found = rate_of(*one)
    if found is not None:
        assert 0 <= found.low <= found.rate <= found.high <= 1


@given(counts, counts)
def test_a_difference_turned_round_is_the_same_difference(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = rate_of(*one), rate_of(*other)
    if first is None or second is None:
        return
    there, back = difference_of(first, second), difference_of(second, first)
    assert -1 <= there.low <= there.difference <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.is_one == back.is_one


def test_nobody_has_no_rate_and_a_rate_above_all_is_refused() -> None:
    assert rate_of(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2"):
        rate_of(3, 2)


def test_small_groups_are_never_called_different() -> None:
    assert not difference_of(rate(FEWEST - 1, FEWEST - 1), rate(0, 1_000)).is_one
    assert difference_of(rate(FEWEST, FEWEST), rate(0, 1_000)).is_one


def test_a_known_effect_lies_in_the_interval_as_often_as_said() -> None:
    chance = random.Random(20261121)
    runs, held = 1_500, 0
    for _ in range(runs):
        treated = sum(chance.random() < 0.30 for _ in range(180))
        kept_out = sum(chance.random() < 0.22 for _ in range(60))
        found = difference_of(rate(treated, 180), rate(kept_out, 60))
        held += found.low <= 0.08 <= found.high
    assert 0.93 <= held / runs <= 0.97
