"""The pure rules: which change from which state, when reminders fire, who is chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.choosing import Candidate, Need, NobodyThere, choose, fit, give
from followups.lifecycle import ANY, ENDED, MOVES, OPEN, is_attempt, is_two_way, refusal
from followups.reminder_plans import Standing, firing, replan, revive

STATES = st.sampled_from(sorted(ANY))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOMENTS = st.integers(-5000, 5000).map(lambda minutes: START + timedelta(minutes=minutes))


# --- states -----------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(MOVES)), STATES, st.booleans())
def test_a_move_is_allowed_or_refused_with_a_sentence(move: str, status: str, deleted: bool) -> None:
    sentence = refusal(move, status=status, deleted=deleted)
    allowed = status in MOVES[move].leaves and deleted == (move == "restore")
    assert (sentence == "") is allowed
    assert allowed or sentence.endswith(".")


@given(st.sampled_from(sorted(MOVES)), STATES)
def test_no_move_leads_where_it_may_start_again_from(move: str, status: str) -> None:
    if MOVES[move].to and not refusal(move, status=status):
        assert refusal(move, status=MOVES[move].to or "")


@pytest.mark.parametrize(
    ("move", "status", "sentence"),
    [
        ("complete", "completed", "It is already completed."),
        ("start", "completed", "It is already completed and cannot be started; reopen it first."),
        ("complete", "cancelled", "It is already cancelled and cannot be completed; reopen it first."),
        ("start", "in_progress", "It is already in progress."),
        ("reopen", "pending", "It is still to be done, so there is nothing to reopen."),
    ],
)
def test_refusals_read_well(move: str, status: str, sentence: str) -> None:
    assert refusal(move, status=status) == sentence


def test_only_what_is_open_can_be_done_and_only_what_ended_reopened() -> None:
    assert MOVES["complete"].leaves == OPEN
    assert MOVES["reopen"].leaves == ENDED


@given(
    st.sampled_from(["call", "meeting", "email", "sms", "whatsapp", ""]),
    st.sampled_from(["positive", "neutral", "negative", "no_contact"]),
)
def test_no_attempt_is_ever_real_contact(channel: str, sense: str) -> None:
    assert not (is_two_way(channel, sense) and is_attempt(sense))
    assert not is_two_way("", sense)


# --- reminders --------------------------------------------------------------------------------------


@given(st.integers(0, 3000), MOMENTS, MOMENTS, st.none() | MOMENTS)
def test_a_reminder_fires_before_the_time_unless_the_followup_sleeps(
    before: int, anchor: datetime, now: datetime, until: datetime | None
) -> None:
    fire = firing(before, None, anchor=anchor, snoozed_until=until, now=now)
    asleep = until is not None and until > now
    planned = anchor - timedelta(minutes=before)
    assert fire.fire_at == (max(planned, until) if asleep and until else planned)
    assert fire.late == (fire.fire_at < now)


@given(st.integers(0, 3000), MOMENTS, MOMENTS, MOMENTS, st.sampled_from(["waiting", "fired", "cancelled", "failed"]))
def test_planning_twice_changes_nothing_more(
    before: int, old: datetime, new: datetime, now: datetime, state: str
) -> None:
    stored = Standing(1, before, None, state, old)
    for decide in (replan, revive):
        changed = decide([stored], anchor=new, snoozed_until=None, now=now)
        if changed:
            moved = Standing(1, before, None, "waiting", changed[1].fire_at)
            assert decide([moved], anchor=new, snoozed_until=None, now=now) == {}


@given(st.integers(0, 3000), MOMENTS, MOMENTS, MOMENTS)
def test_told_once_is_told_unless_a_new_time_is_to_come(
    before: int, old: datetime, new: datetime, now: datetime
) -> None:
    changed = replan([Standing(1, before, None, "fired", old)], anchor=new, snoozed_until=None, now=now)
    assert all(fire.fire_at > now for fire in changed.values())


@given(MOMENTS, MOMENTS)
def test_an_absolute_reminder_that_fired_never_fires_again(new: datetime, now: datetime) -> None:
    told = Standing(1, None, START, "fired", START)
    assert replan([told], anchor=new, snoozed_until=None, now=now) == {}


# --- people -----------------------------------------------------------------------------------------


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    countries, languages = st.sampled_from(["DE", "BR", "IN"]), st.sampled_from(["de", "pt", "hi"])
    return [
        Candidate(
            id=number,
            name=f"P{number}",
            open=draw(st.integers(0, 40)),
            capacity=draw(st.integers(1, 30)),
            absent=draw(st.booleans()),
            steps_in=draw(st.integers(0, 2)),
            countries=draw(st.frozensets(countries)),
            languages=draw(st.frozensets(languages)),
            teams=draw(st.frozensets(st.integers(1, 3))),
            turn=draw(st.integers(0, 5)),
        )
        for number in range(1, draw(st.integers(1, 8)) + 1)
    ]


NEEDS = st.builds(
    Need,
    country=st.sampled_from(["", "DE", "BR"]),
    language=st.sampled_from(["", "de", "pt"]),
    team_id=st.none() | st.integers(1, 3),
)


@given(candidates(), NEEDS)
def test_somebody_always_gets_it_with_a_reason(people: list[Candidate], need: Need) -> None:
    choice = choose(people, need)
    assert choice.person_id in {person.id for person in people}
    assert 0 < len(choice.because) <= 200


@given(candidates(), NEEDS, st.sets(st.integers(1, 8)))
def test_nobody_absent_is_chosen_while_somebody_is_there(people: list[Candidate], need: Need, avoid: set[int]) -> None:
    chosen = next(person for person in people if person.id == choose(people, need, avoid=avoid).person_id)
    assert chosen.absent == all(person.absent for person in people)
    free = [person for person in people if not person.absent and person.id not in avoid]
    assert not free or chosen in free


@given(candidates(), NEEDS)
def test_nobody_full_is_chosen_while_somebody_there_has_room(people: list[Candidate], need: Need) -> None:
    chosen = next(person for person in people if person.id == choose(people, need).person_id)
    there = [one for one in people if one.absent == chosen.absent]
    if chosen.open >= chosen.capacity:
        assert all(one.open >= one.capacity for one in there)


def test_territory_comes_before_load_and_no_territory_before_another() -> None:
    need = Need(country="br", language="pt")
    local = Candidate(1, "Local", open=9, countries=frozenset({"BR"}))
    anybody = Candidate(2, "Anybody", open=5)
    foreign = Candidate(3, "Foreign", open=0, countries=frozenset({"DE"}))
    assert [fit(one, need) for one in (local, anybody, foreign)] == [2, 1, 0]
    assert choose([foreign, anybody, local], need).because == "Local serves br and has room, 9 of 20 open"
    assert choose([foreign, anybody], need).person_id == 2


def test_a_flood_from_one_territory_does_not_bury_who_serves_it() -> None:
    local, other = (
        Candidate(1, "Local", countries=frozenset({"IN"})),
        Candidate(2, "Other", countries=frozenset({"DE"})),
    )
    for turn in range(1000):
        chosen = choose([local, other], Need(country="IN"))
        give({1: local, 2: other}[chosen.person_id], turn)
    assert (local.open, other.open) == (500, 500)


def test_equals_take_turns() -> None:
    people = [Candidate(1, "A", turn=3), Candidate(2, "B", turn=1), Candidate(3, "C", turn=2)]
    assert choose(people, Need()).person_id == 2


def test_with_nobody_there_it_says_so() -> None:
    with pytest.raises(NobodyThere, match="add a colleague"):
        choose([], Need())
