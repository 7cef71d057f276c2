"""The language of conditions: its shapes, and reading one with everything in it checked (D4).

{"all": [..]} | {"any": [..]} | {"none": [..]}
{"field": "country", "op": "equals", "value": "IN"}
{"some": "deals", "where": [{"field": .., "op": .., "value": ..}], "count": {"op": "none"}, "within_days": 7}
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError

from crm.conditions.tree import Condition

DEEPEST = 8
MOST_TESTS = 200

Problem = tuple[str, str]


class BadCondition(ValueError):
    """A condition that cannot be understood; `problems` are pairs of a path ("all.0.value") and a sentence."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems; the first ones are the text."""
        super().__init__(" ".join(sentence for _, sentence in problems[:5]))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldTest(_Strict):
    """A test of one field: of the contact, or within `where` of the record."""

    field: str = Field(max_length=120)
    op: str = Field(max_length=20)
    value: Any = None


class Count(_Strict):
    """How many records there must be."""

    op: Literal["at_least", "at_most", "exactly", "none"] = "at_least"
    number: int = Field(1, ge=0, le=1000, strict=True)


class SomeTest(_Strict):
    """Records of the contact that fit all of `where`, and how many there must be."""

    some: str = Field(max_length=40)
    where: list[FieldTest] = []
    count: Count = Count()
    within_days: int | None = Field(None, ge=0, le=3650, strict=True, description="Only those not older, in days")


class AllOf(_Strict):
    """Every one of them holds."""

    all: list[AnyNode] = Field(min_length=1)


class AnyOf(_Strict):
    """At least one of them holds."""

    any: list[AnyNode] = Field(min_length=1)


class NoneOf(_Strict):
    """Not one of them holds."""

    none: list[AnyNode] = Field(min_length=1)


_KEYS = ("all", "any", "none", "some", "field")


def _kind(data: Any) -> str | None:
    found = next((key for key in _KEYS if key in data), None) if isinstance(data, dict) else None
    return f"<{found}>" if found else None


AnyNode = Annotated[
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[NoneOf, Tag("<none>")]
    | Annotated[SomeTest, Tag("<some>")]
    | Annotated[FieldTest, Tag("<field>")],
    Discriminator(_kind),
]
for _model in (AllOf, AnyOf, NoneOf):
    _model.model_rebuild()
ADAPTER: TypeAdapter[AllOf | AnyOf | NoneOf | SomeTest | FieldTest] = TypeAdapter(AnyNode)


def read(data: Any) -> Condition:
    """Check a condition against the fields and records that there are now. Raises BadCondition."""
    from crm.conditions.binding import bind

    if data is None or data == {} or data == []:
        raise BadCondition([("", "A condition needs at least one test; an empty one would mean everybody.")])
    _refuse_large(data)
    _refuse_unwritable(data)
    try:
        return bind(ADAPTER.validate_python(data))
    except ValidationError as problem:
        raise BadCondition([_sentence(error) for error in problem.errors(include_url=False)[:20]]) from None


def _refuse_large(data: Any) -> None:
    """Refuse what is nested or counted beyond reason, before anything walks it. Raises BadCondition."""
    level, tests = [data], 0
    for depth in range(2 * DEEPEST + 4):
        groups = [one for one in level if isinstance(one, dict)]
        tests += sum("field" in one or "some" in one for one in groups)
        if tests > MOST_TESTS:
            raise BadCondition([("", f"This condition has more than {MOST_TESTS} tests.")])
        level = [
            below
            for one in groups
            for key, value in one.items()
            if key in ("all", "any", "none", "where") and isinstance(value, list)
            for below in value
        ]
        if not level:
            return
        if depth >= DEEPEST:
            break
    raise BadCondition([("", f"Groups may lie in groups {DEEPEST} deep; these lie deeper.")])


def _refuse_unwritable(data: Any) -> None:
    """Refuse what could neither be stored nor shown: half a character, a number of thousands of digits."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):  # ValueError: also what cannot be encoded
        raise BadCondition([("", "This condition holds something that cannot be written down.")]) from None


def _sentence(error: Any) -> Problem:
    """A pydantic error in our words."""
    where = [str(part) for part in error["loc"] if not str(part).startswith("<")]
    kind, name = error["type"], where[-1] if where else ""
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        text = "This is neither a group (all, any, none), nor a test of a field, nor one of records (some)."
    elif kind == "too_short":
        text = "This group is empty; it needs at least one test."
    elif kind == "missing":
        text = f"“{name}” is missing."
    elif kind == "extra_forbidden":
        text = f"“{name[:40]}” has no place here."
    elif kind == "literal_error":
        text = f"This must be {error['ctx']['expected']}."
    elif kind in ("greater_than_equal", "less_than_equal"):
        text = f"{error['msg'].replace('Input should', 'This number must')}."
    else:
        text = f"{error['msg'].replace('Input should', 'This must')}."
    return ".".join(where), text
