"""The plain rules of documents."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.documents.standing import APPROVED, EXPIRED, HERE, RECEIVED, REJECTED, REQUESTED, Word, look_on, refusal, word

LAST = date(2026, 12, 31)
DAYS = [180, 90, 30]
STATES = [REQUESTED, RECEIVED, APPROVED, REJECTED, EXPIRED]
lists = st.lists(st.integers(0, 400), max_size=4)


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("receive", {REQUESTED, REJECTED}),
        ("approve", {RECEIVED}),
        ("reject", {RECEIVED, APPROVED}),
        ("withdraw", set(STATES)),
        ("change", set(STATES)),
        ("expiry", {RECEIVED, APPROVED, EXPIRED}),
        ("renew", {RECEIVED, APPROVED, EXPIRED}),
        ("file", {REQUESTED, REJECTED, RECEIVED, APPROVED}),
    ],
)
def test_each_verb_has_its_states(verb: str, allowed: set[str]) -> None:
    assert {state for state in STATES if not refusal(verb, state)} == allowed


@pytest.mark.parametrize(
    ("left", "warned", "said"),
    [
        (181, None, Word()),
        (180, None, Word(threshold=180)),
        (180, 180, Word()),
        (90, 180, Word(threshold=90)),
        (80, None, Word(threshold=90)),
        (20, 180, Word(threshold=30)),
        (0, 30, Word()),
        (-1, 30, Word(expired=True)),
        (-1, None, Word(expired=True)),
    ],
)
def test_only_the_nearest_threshold_is_said_and_only_once(left: int, warned: int | None, said: Word) -> None:
    assert word(LAST, DAYS, warned, LAST - timedelta(days=left)) == said


@given(lists, st.dates(date(2025, 1, 1), date(2026, 12, 1)), st.lists(st.integers(1, 200), min_size=1, max_size=30))
def test_a_sweep_on_whatever_days_warns_in_falling_steps_and_ends_with_expired(
    days: list[int], first: date, gaps: list[int]
) -> None:
    state, warned, said, today = APPROVED, None, [], first
    for gap in gaps:
        look = look_on(state, LAST, days, warned)
        if look is not None and look <= today:
            found = word(LAST, days, warned, today)
            assert found != Word(), "it is looked at only when there is something to say"
            if found.expired:
                state = EXPIRED
            else:
                warned = found.threshold
            said.append(found)
        elif look is not None:
            assert word(LAST, days, warned, today) == Word(), "what is to be said is not missed"
        today += timedelta(days=gap)
    thresholds = [one.threshold for one in said if one.threshold is not None]
    assert thresholds == sorted(set(thresholds), reverse=True)
    assert sum(one.expired for one in said) <= 1


@given(st.sampled_from(STATES), st.one_of(st.none(), st.just(LAST)), lists, st.booleans())
def test_nobody_hears_of_what_is_not_here_or_was_renewed(
    state: str, expires_on: date | None, days: list[int], renewed: bool
) -> None:
    found = look_on(state, expires_on, days, None, renewed=renewed)
    assert (found is not None) == (state in HERE and expires_on is not None and not renewed)
