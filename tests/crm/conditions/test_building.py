"""The builder's form: what is typed is kept, buttons do what they say, and what comes out is the condition."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.http import QueryDict

from crm.conditions.building import Building, from_data, from_form
from crm.conditions.drafts import Draft
from crm.conditions.language import read
from crm.models import CustomField, Tag
from tests.crm.conditions.crowd import Asker, fill

pytestmark = pytest.mark.django_db


def _typed(building: Building, do: str = "", **more: str) -> QueryDict:
    """What a browser would send of the builder as it is drawn."""
    given = QueryDict(mutable=True)
    for draft in building.root.walk():
        if draft.kind == "group":
            given[f"{draft.path}_group"] = draft.group
            continue
        given[f"{draft.path}_what"] = given[f"{draft.path}_was"] = draft.what
        if draft.kind == "some":
            given[f"{draft.path}_count"], given[f"{draft.path}_number"] = draft.count, draft.number
            given[f"{draft.path}_days"] = draft.days
        elif draft.field:
            given[f"{draft.path}_op"], given[f"{draft.path}_to"] = draft.op, draft.to
            given.setlist(f"{draft.path}_value", draft.values)
    if do:
        given[f"{building.prefix}_do"] = do
    for name, value in more.items():
        given[f"{building.prefix}{name}"] = value
    return given


def _shape(draft: Draft) -> Any:
    return [_shape(child) for child in draft.children] if draft.kind != "test" else draft.what


def test_a_condition_goes_through_the_form_and_comes_out_the_same() -> None:
    fill(Random(3), number=2)
    asker = Asker(Random(11).choice)
    for _ in range(150):
        data = read(asker.condition()).data
        shown = from_data(data)
        again = from_form(_typed(shown)).data
        assert again == (data if set(data) & {"all", "any", "none"} else {"all": [data]})


def test_it_begins_with_one_test_and_says_nothing_is_wrong() -> None:
    building = from_data(None)
    assert (_shape(building.root), building.condition, building.problems) == ([""], None, [])


def test_choosing_what_to_ask_offers_its_operators_and_saves_nothing() -> None:
    building = from_form(_typed(from_data(None), **{"-0_what": "field:score"}))
    [test] = building.root.children
    assert (building.acted, building.condition, test.op, test.problem) == (True, None, "equals", "")


def test_choosing_something_else_forgets_the_old_value() -> None:
    shown = from_data({"field": "country", "op": "equals", "value": "IN"})
    building = from_form(_typed(shown, **{"-0_what": "field:score"}))
    assert (building.acted, building.root.children[0].values) == (True, [])


@pytest.mark.parametrize(
    ("do", "shape"),
    [
        ("add:condition", ["field:country", ["field:state"], ""]),
        ("group:condition", ["field:country", ["field:state"], [""]]),
        ("detail:condition-1", ["field:country", ["field:state", ""]]),
        ("remove:condition-0", [["field:state"]]),
        ("remove:condition-1-0", ["field:country", []]),
        ("remove:condition-9", ["field:country", ["field:state"]]),
        ("explode:condition", ["field:country", ["field:state"]]),
    ],
)
def test_a_button_does_what_it_says_and_keeps_the_rest(do: str, shape: Any) -> None:
    shown = from_data(
        {
            "all": [
                {"field": "country", "op": "equals", "value": "IN"},
                {"some": "documents", "where": [{"field": "state", "op": "equals", "value": "requested"}]},
            ]
        }
    )
    building = from_form(_typed(shown, do))
    assert building.acted
    assert _shape(building.root) == shape
    assert [one.path for one in building.root.walk()][:2] == ["condition", "condition-0"]


def test_what_is_missing_is_said_at_its_test_once_the_form_is_sent() -> None:
    shown = from_data({"all": [{"field": "country", "op": "equals", "value": "IN"}, {"field": "city", "op": "set"}]})
    given = _typed(shown, **{"-1_op": "equals"})
    building = from_form(given)
    assert [one.problem for one in building.root.children] == ["", "Give a value."]
    assert (building.condition, building.words) == (None, "is from India")


def test_what_cannot_be_read_is_kept_and_said() -> None:
    shown = from_data({"field": "score", "op": "greater", "value": 5})
    building = from_form(_typed(shown, **{"-0_value": "many"}))
    assert (building.root.children[0].values, building.root.children[0].problem) == (
        ["many"],
        "“many” is not a number.",
    )


def test_a_problem_of_the_language_stands_at_its_test() -> None:
    shown = from_data({"any": [{"field": "city", "op": "set"}, {"field": "score", "op": "between", "value": [1, 5]}]})
    building = from_form(_typed(shown, **{"-1_to": "0"}))
    assert building.root.children[1].problem == "The first value is greater than the second."


def test_a_tag_that_is_gone_is_shown_as_gone() -> None:
    tag = Tag.objects.create(name="VIP", slug="vip")
    data = {"field": "tags", "op": "has_any", "value": [tag.pk]}
    tag.delete()
    building = from_data(data)
    [test] = building.root.children
    assert "There is no tag" in test.problem
    assert building.showing.values(test.field, test.values) == [(test.values[0], "Not there any more")]


def test_a_field_that_is_gone_asks_to_be_chosen_anew() -> None:
    own = CustomField.objects.create(slug="visa", label="Visa", kind="text")
    data = {"field": "custom.visa", "op": "set"}
    own.delete()
    building = from_data(data)
    assert building.condition is None
    assert building.root.children[0].problem


def test_groups_stop_at_the_depth_that_is_allowed() -> None:
    building = from_data(None)
    for depth in range(12):
        building = from_form(_typed(building, "group:condition" + "-1" * depth))
    assert max(one.path.count("-") for one in building.root.walk() if one.kind == "group") <= 7


@pytest.mark.parametrize("text", ["", "nonsense", "[", "[" * 100_000, "{}", "[1]", '{"field": 1}', "\0"])
def test_a_hidden_result_that_is_nonsense_is_no_condition(text: str) -> None:
    given = QueryDict(mutable=True)
    given["condition"] = text
    assert from_form(given).condition is None


@pytest.mark.parametrize(
    ("do", "focus"),
    [
        ("add:condition", "condition-2_what"),
        ("group:condition", "condition-2-0_what"),
        ("detail:condition-1", "condition-1-1_what"),
        ("remove:condition-0", "condition_add"),
        ("remove:condition-1-0", "condition-1_detail"),
        ("remove:condition-9", ""),
        ("", ""),
    ],
)
def test_what_a_button_added_takes_the_focus(do: str, focus: str) -> None:
    named = {"field": "first_name", "op": "equals", "value": "Maria"}
    open_ones = {"some": "deals", "where": [{"field": "status", "op": "equals", "value": "open"}]}
    shown = from_data({"all": [named, open_ones]})
    assert from_form(_typed(shown, do=do)).focus == focus
