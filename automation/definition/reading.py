"""Reading a definition from stored JSON, from the API or a form: what is wrong with it in plain words, each problem at its
step. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from automation.definition.whole import MOST_STEPS, Definition

MOST_SHOWN = 50
#: A definition of more than this many characters of JSON is not read at all.
BIGGEST = 1_000_000
#: JSON nested deeper than this is not read: conditions end long before.
DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, in words. `step` is its id, empty where it concerns the whole; `field` a path in it."""

    step: str
    field: str
    sentence: str


class BadDefinition(ValueError):
    """A definition that cannot be; `problems` say where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems; the first ones are the text."""
        super().__init__(" ".join(one.sentence for one in problems[:3]))
        self.problems = problems


def read_definition(data: Any) -> Definition:
    """The definition, every setting of every step checked by itself; how they hang together is for `checking.py`.
    Raises BadDefinition."""
    if not isinstance(data, dict):
        raise BadDefinition([Problem("", "", "A definition is an object with triggers, rules, start and steps.")])
    refuse_unwritable(data)
    steps = data.get("steps")
    if isinstance(steps, list) and len(steps) > MOST_STEPS:
        raise BadDefinition([Problem("", "steps", f"At most {MOST_STEPS} steps; these are {len(steps):,}.")])
    try:
        return Definition.model_validate(data)
    except ValidationError as problem:
        errors = problem.errors(include_url=False)[:MOST_SHOWN]
        raise BadDefinition([_problem(error, data) for error in errors]) from None


def refuse_unwritable(data: Any) -> None:
    """Refuse what could not be stored or shown: too large, nested without end, or with characters that are none.
    Raises BadDefinition."""
    try:
        text = json.dumps(data, ensure_ascii=False)
        text.encode()
    except (ValueError, TypeError, RecursionError):
        raise BadDefinition([Problem("", "", "It holds something that cannot be written down.")]) from None
    if len(text) > BIGGEST:
        raise BadDefinition([Problem("", "", f"It is too large: more than {BIGGEST:,} characters.")])
    if "\\u0000" in text or "\0" in text:
        raise BadDefinition([Problem("", "", "It holds a character that cannot be stored.")])
    if _depth(data) > DEEPEST:
        raise BadDefinition([Problem("", "", "It is nested too deeply.")])


def _depth(data: Any) -> int:
    level, depth = [data], 0
    while level and depth <= DEEPEST:
        depth += 1
        level = [below for one in level for below in _below(one)]
    return depth


def _below(one: Any) -> list[Any]:
    found = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
    return [below for below in found if isinstance(below, dict | list)]


def _problem(error: Any, data: Mapping[str, Any]) -> Problem:
    where = list(error["loc"])
    step = ""
    if where[:1] == ["steps"] and len(where) > 1 and isinstance(where[1], int):
        row = data["steps"][where[1]]
        step = str(row.get("id", ""))[:40] if isinstance(row, dict) else ""
        step = step or f"number {where[1] + 1}"
        where = where[3:]  # "steps", its place, its kind
    elif where[:1] == ["triggers"] and len(where) > 2:
        where = [*where[:2], *where[3:]]
    return Problem(step, ".".join(map(str, where))[:200], _sentence(error))


def _sentence(error: Any) -> str:
    """A pydantic error in our words."""
    kind, about = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1])[:40] if error["loc"] else ""
    if kind in _WORDS:
        return _WORDS[kind].format(name=name, **{key: value for key, value in about.items() if key != "error"})
    if kind == "value_error":
        return str(about["error"])
    return f"{error['msg'].replace('Input should', 'This must')}."


#: pydantic's names for what can be wrong, in plain words.
_WORDS = {
    "missing": "“{name}” is missing.",
    "extra_forbidden": "“{name}” is not a setting that there is here.",
    "union_tag_invalid": "There is nothing called “{tag}” here.",
    "union_tag_not_found": "It does not say of which kind it is.",
    "literal_error": "This must be {expected}.",
    "greater_than_equal": "At least {ge}.",
    "less_than_equal": "At most {le}.",
    "greater_than": "More than {gt}.",
    "less_than": "Less than {lt}.",
    "string_too_long": "At most {max_length} characters.",
    "string_too_short": "This must not be empty.",
    "string_type": "This must be text.",
    "string_pattern_mismatch": "Only letters, digits, - and _.",
    "too_long": "At most {max_length} of them.",
    "too_short": "At least {min_length} of them.",
    "int_parsing": "This must be a whole number.",
    "int_type": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "int_parsing_size": "This number is too large.",
    "bool_parsing": "This must be yes or no.",
    "bool_type": "This must be yes or no.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
}
