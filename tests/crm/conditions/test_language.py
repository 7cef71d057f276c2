"""What a condition may be, and the sentence for each that is none."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from crm.conditions.language import BadCondition, read
from crm.models import Audience, CustomField, Tag

pytestmark = pytest.mark.django_db

LEAD = {"field": "lifecycle", "op": "equals", "value": "new"}


def _nested(depth: int) -> dict[str, Any]:
    return LEAD if depth == 0 else {"any": [_nested(depth - 1)]}


def _wrong(data: Any) -> list[tuple[str, str]]:
    with pytest.raises(BadCondition) as bad:
        read(data)
    return bad.value.problems


@pytest.mark.parametrize("nothing", [None, {}, []])
def test_an_empty_condition_is_refused_and_never_means_everybody(nothing: Any) -> None:
    assert _wrong(nothing) == [("", "A condition needs at least one test; an empty one would mean everybody.")]


@pytest.mark.parametrize("kind", ["all", "any", "none"])
def test_an_empty_group_is_refused_wherever_it_stands(kind: str) -> None:
    [(path, sentence)] = _wrong({"all": [LEAD, {kind: []}]})
    assert path == f"all.1.{kind}"
    assert "empty" in sentence


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        ({"field": "shoe_size", "op": "equals", "value": 1}, "field", "There is no field “shoe_size” (any more)."),
        ({"field": "country", "op": "greater", "value": "IN"}, "op", "does not fit country"),
        ({"field": "country", "op": "equals", "value": "ZZ"}, "value", "“ZZ” is none of"),
        ({"field": "score", "op": "equals", "value": "many"}, "value", "Give a number."),
        ({"field": "score", "op": "equals", "value": True}, "value", "Give a number."),
        ({"field": "score", "op": "equals", "value": float("inf")}, "value", "too large"),
        ({"field": "score", "op": "equals", "value": 10**5000}, "", "cannot be written down"),
        ({"field": "score", "op": "equals", "value": 10**500}, "value", "too large"),
        ({"field": "score", "op": "between", "value": [7, 1]}, "value", "greater than the second"),
        ({"field": "score", "op": "between", "value": 7}, "value", "Give two values"),
        ({"field": "created_at", "op": "before", "value": "2026-02-31"}, "value", "Give a day like"),
        ({"field": "created_at", "op": "within_last", "value": 9999}, "value", "a number of days from 0 to"),
        ({"field": "city", "op": "equals", "value": ""}, "value", "at least one letter"),
        ({"field": "city", "op": "equals", "value": "a\0b"}, "value", "cannot be stored"),
        ({"field": "city", "op": "equals", "value": "\ud800"}, "", "cannot be written down"),
        ({"field": "custom.\ud800", "op": "set"}, "", "cannot be written down"),
        ({"field": "custom.\0", "op": "set"}, "field", "There is no field"),
        ({"field": "city", "op": "equals", "value": "x" * 10_000_000}, "value", "at most 200 fit"),
        ({"field": "city", "op": "set", "value": "x"}, "value", "takes no value"),
        ({"field": "tags", "op": "has_any", "value": []}, "value", "at least one value"),
        ({"field": "tags", "op": "has_any", "value": [10**30]}, "value", "There is no tag"),
        ({"field": "owner", "op": "equals", "value": 999}, "value", "There is no colleague “999” (any more)."),
        ({"field": "going_quiet", "op": "is", "value": "yes"}, "value", "Say true or false."),
        ({"some": "horses"}, "some", "There are no records called “horses”."),
        ({"some": "deals", "where": [{"field": "colour", "op": "set"}]}, "where.0.field", "nothing called “colour”"),
        ({"some": "deals", "count": {"op": "at_least", "number": 0}}, "count.number", "always true"),
        ({"some": "deals", "count": {"op": "several"}}, "count.op", "This must be"),
        ({"some": "deals", "colour": 1}, "colour", "has no place here"),
        ({"field": "country", "op": "equals", "valu": "IN"}, "valu", "has no place here"),
        ({"field": "country"}, "op", "“op” is missing."),
        ({"hello": 1}, "", "neither a group"),
        ("hello", "", "neither a group"),
        ([LEAD], "", "neither a group"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(data: Any, path: str, words: str) -> None:
    assert [(where, words in sentence) for where, sentence in _wrong(data)] == [(path, True)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    bad = {"field": "nothing", "op": "set"}
    assert [path for path, _ in _wrong({"all": [LEAD, bad, {"any": [bad]}]})] == ["all.1.field", "all.2.any.0.field"]


def test_groups_lie_eight_deep_and_no_deeper() -> None:
    assert read(_nested(8))
    assert "8 deep" in _wrong(_nested(9))[0][1]
    deep: Any = LEAD
    for _ in range(5000):
        deep = {"all": [deep]}
    assert "8 deep" in _wrong(deep)[0][1]


def test_two_hundred_tests_fit_and_no_more() -> None:
    assert read({"any": [LEAD] * 200})
    assert "more than 200" in _wrong({"any": [LEAD] * 201})[0][1]


def test_a_field_that_was_put_away_is_refused_by_its_name() -> None:
    own = CustomField.objects.create(slug="visa", label="Visa number", kind="text")
    assert read({"field": "custom.visa", "op": "set"})
    CustomField.objects.filter(pk=own.pk).update(archived_at=timezone.now())
    assert _wrong({"field": "custom.visa", "op": "set"}) == [
        ("field", "The field “Visa number” has been put away; conditions can no longer ask about it.")
    ]


def test_a_tag_or_audience_deleted_since_is_refused() -> None:
    tag, audience = Tag.objects.create(name="VIP", slug="vip"), Audience.objects.create(name="Alumni", kind="static")
    asked = {"any": [{"field": "tags", "op": "has_any", "value": [tag.pk]}]}
    asked["any"].append({"field": "audience", "op": "has_any", "value": [audience.pk]})
    assert read(asked)
    tag.delete()
    Audience.objects.filter(pk=audience.pk).update(deleted_at=timezone.now())
    assert [path for path, _ in _wrong(asked)] == ["any.0.value", "any.1.value"]


def test_a_tag_may_be_named_by_its_slug_and_is_kept_by_its_number() -> None:
    tag = Tag.objects.create(name="VIP", slug="vip")
    assert read({"field": "tags", "op": "has_any", "value": ["vip"]}).data["value"] == [tag.pk]
