"""Whatever the automation and whatever happens: every path ends, every visit is decided once, an answer wins."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from automation.engine.advancing import FAILED, FINISHED, STOPPED, WAITING
from automation.engine.events import Seen, is_reply
from tests.automation.engine.graphs import Life, graph, steps, worlds
from tests.factories import NOW


@given(steps(), worlds(), st.booleans())
def test_every_path_ends_and_every_visit_is_decided_once(made: list, world: list[Seen], warm: bool) -> None:
    life = Life.of(graph(made), warm=warm, world=world)
    life.live()
    assert life.status in (FINISHED, STOPPED)
    assert [visit.number for visit in life.visits] == list(range(len(life.visits)))
    assert life.state.visits == len(life.visits)


@given(steps(), worlds(), st.booleans())
def test_the_visits_follow_the_ways_of_the_graph(made: list, world: list[Seen], warm: bool) -> None:
    life = Life.of(graph(made), warm=warm, world=world)
    life.live()
    at = life.graph.start
    for visit in life.visits:
        assert visit.step == at
        at = life.graph.steps[visit.step].exits.get(visit.way) if visit.way else None
    assert at is None


@given(steps(), worlds(), st.booleans())
def test_no_step_acts_twice_in_one_visit(made: list, world: list[Seen], warm: bool) -> None:
    life = Life.of(graph(made), warm=warm, world=world)
    life.live()
    numbers = [number for _, number in life.acts]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) == sum(1 for visit in life.visits if visit.kind == "send_email" and visit.way)


@given(steps(), worlds(), st.booleans())
def test_nothing_is_written_once_an_answer_is_stored(made: list, world: list[Seen], warm: bool) -> None:
    life = Life.of(graph(made, stop_on_reply=True), warm=warm, world=world)
    life.live()
    # A wait that leads on is what was to come of an answer.
    answers = [one.at for one in world if is_reply(one) and one.id not in life.state.answers]
    if answers:
        assert all(at < answers[0] for at, _ in life.acts)


@given(st.integers(0, 3 * 24 * 60), st.integers(0, 10_000))
def test_what_was_stored_before_the_time_out_wins_however_late_the_engine_looks(minute: int, late: int) -> None:
    waiting = [{"id": "s0", "kind": "wait_for_event", "events": [{"event": "order_paid"}], "amount": 3, "unit": "days"}]
    paid = Seen(1, "order_paid", NOW + timedelta(minutes=minute), words="Paid")
    life = Life.of(graph(waiting), world=[paid])
    life.now = NOW + timedelta(days=3, minutes=late)
    life.turn()
    assert [visit.way for visit in life.visits] == ["happened"]


@given(st.integers(3 * 24 * 60, 30 * 24 * 60))
def test_what_comes_after_the_time_out_was_seen_changes_nothing(minute: int) -> None:
    waiting = [{"id": "s0", "kind": "wait_for_event", "events": [{"event": "order_paid"}], "amount": 3, "unit": "days"}]
    life = Life.of(graph(waiting), world=[Seen(1, "order_paid", NOW + timedelta(minutes=minute, seconds=1))])
    life.live()
    assert [visit.way for visit in life.visits] == ["timed_out"]


@given(steps(), worlds(), st.booleans(), st.integers(0, 40))
def test_a_turn_taken_again_gives_the_same(made: list, world: list[Seen], warm: bool, before: int) -> None:
    life = Life.of(graph(made), warm=warm, world=world)
    for _ in range(before):
        if life.status in (FINISHED, STOPPED, FAILED):
            return
        if life.status == WAITING and life.next_at is not None:
            life.now = max(life.now, life.next_at)
        again = Life(life.graph, life.state, life.facts, life.now, world=life.world)
        assert life.turn() == again.turn()


@given(steps(loops=True), st.booleans())
def test_a_loop_with_a_wait_never_holds_up_a_turn(made: list, warm: bool) -> None:
    life = Life.of(graph(made), warm=warm)
    for _ in range(200):
        turn = life.turn()
        assert len(turn.visits) <= 50
        if life.status in (FINISHED, STOPPED, FAILED):
            return
        if life.status == WAITING:
            assert life.next_at is not None
            assert life.next_at > life.now
            life.now = life.next_at


def test_somebody_who_goes_in_circles_is_parked() -> None:
    life = Life.of(graph([{"id": "s0", "kind": "wait", "amount": 0, "exits": {"next": "s0"}}]))
    for _ in range(100):
        life.turn()
        if life.status == FAILED:
            break
    assert life.status == FAILED
    assert life.now == NOW
