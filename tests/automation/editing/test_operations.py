"""Editing a definition: what each operation does, and what none of them ever does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from automation.editing import operations
from automation.editing.layout import drawing
from automation.editing.raw import BEGIN, CannotEdit, Place, by_id, empty, exit_of, reachable, ways


def line(*kinds: str) -> dict[str, Any]:
    """Steps one after another."""
    made, place = empty(), BEGIN
    for kind in kinds:
        made, pk = operations.add(made, kind, place)
        out = ways(by_id(made)[pk])
        place = Place(pk, out[0].name if out else "")
    return made


def order(definition: dict[str, Any]) -> list[str]:
    return reachable(definition)


def exits(definition: dict[str, Any], step: str) -> dict[str, str | None]:
    return dict(by_id(definition)[step]["exits"])


def test_a_step_goes_between_two_others() -> None:
    made, new = operations.add(line("send_email", "wait"), "branch", Place("s1", "next"))
    assert exits(made, "s1") == {"next": new}
    assert exits(made, new) == {"c1": "s2", "else": None}


def test_the_first_step_begins_it() -> None:
    made, new = operations.add(empty(), "wait", BEGIN)
    assert made["start"] == new == "s1"


def test_an_end_never_cuts_off_what_follows() -> None:
    with pytest.raises(CannotEdit, match="cut off"):
        operations.add(line("wait", "wait"), "end", Place("s1", "next"))


def test_nothing_is_added_at_a_place_that_is_gone() -> None:
    for place in (Place("s9", "next"), Place("s1", "nowhere")):
        with pytest.raises(CannotEdit, match="not there"):
            operations.add(line("wait"), "wait", place)


def test_the_gap_of_a_deleted_step_closes() -> None:
    made = operations.delete(line("send_email", "wait", "send_email"), "s2")
    assert order(made) == ["s1", "s3"]


def forked() -> dict[str, Any]:
    """s1, then a branch s2 with s3 on the one way and s4, s5 on the other."""
    made = line("wait", "branch", "send_email")
    made, four = operations.add(made, "wait", Place("s2", "else"))
    made, _ = operations.add(made, "send_email", Place(four, "next"))
    return made


def test_a_branch_with_steps_on_both_paths_asks_which_stays() -> None:
    assert operations.must_choose(forked(), "s2")
    with pytest.raises(CannotEdit, match="which of its paths"):
        operations.delete(forked(), "s2")
    assert order(operations.delete(forked(), "s2", keep="else")) == ["s1", "s4", "s5"]
    assert order(operations.delete(forked(), "s2", keep="")) == ["s1"]


def test_a_branch_with_steps_on_one_path_only_asks_nothing() -> None:
    made, _ = operations.add(line("wait", "branch"), "wait", Place("s2", "else"))
    assert not operations.must_choose(made, "s2")
    assert order(operations.delete(made, "s2")) == ["s1", "s3"]


def test_a_step_moves_alone() -> None:
    assert order(operations.move(line("wait", "send_email", "wait"), "s1", Place("s2", "next"))) == ["s2", "s1", "s3"]


def test_a_branch_moves_with_all_that_hangs_from_it() -> None:
    made = operations.move(forked(), "s2", BEGIN)
    assert made["start"] == "s2"
    assert exits(made, "s3") == {"next": "s1"}
    assert exits(made, "s1") == {"next": None}


def test_nothing_moves_below_itself() -> None:
    with pytest.raises(CannotEdit, match="below itself"):
        operations.move(forked(), "s2", Place("s3", "next"))


def test_steps_go_up_and_down() -> None:
    made = line("wait", "send_email", "wait")
    assert order(operations.up(made, "s3")) == ["s1", "s3", "s2"]
    assert order(operations.down(made, "s1")) == ["s2", "s1", "s3"]
    with pytest.raises(CannotEdit):
        operations.up(made, "s1")
    with pytest.raises(CannotEdit):
        operations.down(made, "s3")


def test_a_second_step_like_it_comes_right_after() -> None:
    made = operations.change(line("wait", "send_email"), "s1", {"amount": 5})
    made, twin = operations.duplicate(made, "s1")
    assert order(made) == ["s1", twin, "s2"]
    assert by_id(made)[twin]["amount"] == 5


def test_paths_join_again() -> None:
    made = operations.connect(forked(), Place("s3", "next"), "s5")
    assert exits(made, "s3") == {"next": "s5"}
    assert [one.what for one in drawing(made).marks if one.step == "s5"].count("step") == 1


def test_a_way_that_has_steps_leads_nowhere_else() -> None:
    with pytest.raises(CannotEdit, match="follow here already"):
        operations.connect(forked(), Place("s2", "else"), "s1")


def test_a_way_that_ends_takes_its_steps_along() -> None:
    assert order(operations.cut(forked(), Place("s2", "else"))) == ["s1", "s2", "s3"]


def test_a_choice_that_goes_takes_its_path_along() -> None:
    made = forked()
    both = {"choices": [{"name": "c1", "when": {}}, {"name": "c2", "when": {}}]}
    made = operations.change(made, "s2", both)
    assert exits(made, "s2") == {"c1": "s3", "c2": None, "else": "s4"}
    made, new = operations.add(made, "wait", Place("s2", "c2"))
    made = operations.change(made, "s2", {"choices": both["choices"][:1]})
    assert new not in by_id(made)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CannotEdit):
        operations.add(empty(), "teleport", BEGIN)


def check(definition: dict[str, Any]) -> None:
    """What must hold of every definition that editing makes."""
    steps = by_id(definition)
    assert len(steps) == len(definition["steps"])
    assert set(reachable(definition)) == set(steps)
    assert (definition["start"] is None) == (not steps)
    for step in steps.values():
        assert set(step["exits"]) == {way.name for way in ways(step)}
        assert all(to is None or to in steps for to in step["exits"].values())
    drawn = drawing(definition)
    assert sorted(one.step for one in drawn.marks if one.what == "step") == sorted(steps)
    assert not drawn.unreached
    wires = [str(one.place) for one in drawn.marks if one.what in ("wire", "end", "goes")]
    assert len(wires) == len(set(wires)) == 1 + sum(len(ways(step)) for step in steps.values())


KINDS = ("wait", "send_email", "branch", "wait_for_event", "end", "go_to", "split")


class Editing(RuleBasedStateMachine):
    """Somebody edits without looking; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = empty()

    def does(self, name: str, *given: Any, **more: Any) -> None:
        before = repr(self.now)
        try:
            came = getattr(operations, name)(self.now, *given, **more)
        except CannotEdit:
            came = self.now
        assert repr(self.now) == before, "the definition that was given is never changed"
        self.now = came[0] if isinstance(came, tuple) else came

    def step(self, number: int) -> str:
        found = [one["id"] for one in self.now["steps"]]
        return found[number % len(found)] if found else "s0"

    def place(self, number: int) -> Place:
        found = [BEGIN, *(Place(one["id"], way.name) for one in self.now["steps"] for way in ways(one))]
        return found[number % len(found)]

    number = st.integers(0, 10_000)

    @rule(kind=st.sampled_from(KINDS), at=number)
    def add(self, kind: str, at: int) -> None:
        self.does("add", kind, self.place(at))

    @rule(step=number, keep=st.sampled_from([None, None, "", "c1", "else", "happened"]))
    def delete(self, step: int, keep: str | None) -> None:
        self.does("delete", self.step(step), keep=keep)

    @rule(step=number, at=number)
    def move(self, step: int, at: int) -> None:
        before = {one["id"] for one in self.now["steps"]}
        self.does("move", self.step(step), self.place(at))
        assert {one["id"] for one in self.now["steps"]} == before, "moving loses no step"

    @rule(name=st.sampled_from(["up", "down", "duplicate"]), step=number)
    def nudge(self, name: str, step: int) -> None:
        self.does(name, self.step(step))

    @rule(at=number, step=number)
    def connect(self, at: int, step: int) -> None:
        self.does("connect", self.place(at), self.step(step))

    @rule(at=number)
    def cut(self, at: int) -> None:
        self.does("cut", self.place(at))

    @rule(step=number, many=st.integers(1, 4))
    def choices(self, step: int, many: int) -> None:
        pk = self.step(step)
        if pk in by_id(self.now) and by_id(self.now)[pk]["kind"] == "branch":
            self.does("change", pk, {"choices": [{"name": f"c{one}", "when": {}} for one in range(1, many + 1)]})

    @invariant()
    def nothing_dangles(self) -> None:
        check(self.now)


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(st.integers(1, 60))
@settings(max_examples=10, deadline=None)
def test_paths_may_part_however_deep(deep: int) -> None:
    made, place = empty(), BEGIN
    for _ in range(deep):
        made, pk = operations.add(made, "branch", place)
        place = Place(pk, "else")
    assert max(one.depth for one in drawing(made).marks) == deep
    assert exit_of(by_id(made)["s1"], "c1") is None
