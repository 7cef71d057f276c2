"""Reading definitions and saying what is wrong with them, in plain words and at the step."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.definition.checking import check
from automation.definition.reading import BadDefinition, read_definition
from automation.definition.whole import Definition


def wait(pk: str, to: str | None, amount: int = 1) -> dict[str, Any]:
    return {"id": pk, "kind": "wait", "amount": amount, "unit": "days", "exits": {"next": to}}


def whole(*steps: dict[str, Any], start: str | None = "a", **rules: Any) -> dict[str, Any]:
    return {"triggers": [{"kind": "manual"}], "rules": rules, "start": start, "steps": list(steps)}


def broken(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.step, one.field) for one in check(read_definition(data)).broken]


def unfinished(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.step, one.field) for one in check(read_definition(data)).unfinished]


def test_a_good_one_has_nothing_against_it() -> None:
    found = check(read_definition(whole(wait("a", "b"), wait("b", None))))
    assert (found.broken, found.unfinished, found.doubtful) == ([], [], [])


def test_two_steps_of_one_name_are_refused() -> None:
    assert broken(whole(wait("a", None), wait("a", None))) == [("a", "id")]


def test_a_way_to_nowhere_is_refused_at_its_step() -> None:
    assert broken(whole(wait("a", "gone"))) == [("a", "exits.next")]


def test_a_way_that_the_step_does_not_have_is_refused() -> None:
    step = {**wait("a", None), "exits": {"else": "b"}}
    assert broken(whole(step, wait("b", None))) == [("a", "exits.else")]


def test_a_beginning_that_is_not_there_is_refused() -> None:
    assert broken(whole(wait("a", None), start="b")) == [("", "start")]


def test_a_loop_without_a_wait_is_refused() -> None:
    assert broken(whole(wait("a", "b", amount=0), wait("b", "a", amount=0)))


def test_a_loop_with_a_wait_may_be_and_is_doubted_where_only_a_rule_ends_it() -> None:
    found = check(read_definition(whole(wait("a", "b"), wait("b", "a", amount=0))))
    assert not found.broken
    assert [one.step for one in found.doubtful] == ["a"]


def test_a_path_that_never_ends_stops_publishing() -> None:
    assert unfinished(whole(wait("a", "a"), stop_on_reply=False)) == [("a", "")]


def test_a_step_that_nobody_comes_to_stops_publishing() -> None:
    assert unfinished(whole(wait("a", None), wait("b", None))) == [("b", "")]


def test_no_trigger_and_no_steps_stop_publishing() -> None:
    assert unfinished({}) == [("", "triggers"), ("", "steps")]


def test_a_mail_without_a_template_stops_publishing_at_its_step() -> None:
    assert unfinished(whole({"id": "a", "kind": "send_email", "exits": {}})) == [("a", "template")]


@pytest.mark.parametrize(
    ("data", "step", "field", "sentence"),
    [
        ([], "", "", "A definition is an object"),
        ({"stepps": []}, "", "stepps", "not a setting"),
        (whole({"id": "a", "kind": "teleport"}), "a", "", "nothing called “teleport”"),
        (whole({"id": "a", "kind": "wait", "amount": -1}), "a", "amount", "At least 0."),
        (whole({"id": "a b", "kind": "wait"}), "a b", "id", "Only letters"),
        (whole({"kind": "wait"}), "number 1", "id", "“id” is missing."),
        (whole({"id": "a", "kind": "wait", "amount": 10**400}), "a", "amount", "At most 3650."),
        (whole({"id": "a", "kind": "wait_for_event", "events": "reply"}), "a", "events", "must be a list"),
        (whole(wait("a", None), reentry="often"), "", "rules.reentry", "must be"),
        ({"steps": [wait(f"s{number}", None) for number in range(201)]}, "", "steps", "At most 200 steps"),
        (whole({"id": "a", "kind": "wait", "note": "\0"}), "", "", "cannot be stored"),
        (whole({"id": "a", "kind": "wait", "note": "\ud800"}), "", "", "cannot be written down"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(data: Any, step: str, field: str, sentence: str) -> None:
    with pytest.raises(BadDefinition) as bad:
        read_definition(data)
    first = bad.value.problems[0]
    assert (first.step, first.field) == (step, field)
    assert sentence in first.sentence


def test_what_is_nested_without_end_is_refused() -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"all": [deep]}
    with pytest.raises(BadDefinition):
        read_definition(whole({"id": "a", "kind": "branch", "choices": [{"name": "c", "when": deep}]}))


names = st.sampled_from(["a", "b", "c", "d"])
steps = st.builds(
    lambda pk, to, amount: wait(pk, to, amount),
    names,
    st.one_of(st.none(), names),
    st.integers(0, 1),
)


@given(st.lists(steps, max_size=4, unique_by=lambda step: step["id"]), names)
@settings(max_examples=300, deadline=None)
def test_whatever_passes_comes_to_a_wait_or_an_end_in_so_many_steps(rows: list[dict[str, Any]], start: str) -> None:
    data = whole(*rows, start=start)
    definition: Definition = read_definition(data)
    if check(definition).broken:
        return
    by_id = {step.id: step for step in definition.steps}
    at, gone = definition.start, 0
    while at is not None and not by_id[at].waits():
        at, gone = by_id[at].exits.get("next"), gone + 1
        assert gone <= len(by_id)
