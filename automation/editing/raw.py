"""A definition as stored JSON that may be unfinished: its steps, their ways out, and what can be reached. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from automation.steps.registry import KINDS as STEPS
from automation.steps.shape import Step, Way

Data = dict[str, Any]

#: The kind of step that only leads somewhere else.
GO_TO = "go_to"


class CannotEdit(ValueError):
    """What was asked would break the definition; the text says why, to the person who asked."""


class GoneKind(Step):
    """Stands for a kind that is not there any more, so that the step is seen and can be taken out."""

    title: ClassVar[str] = "A step of a kind that is gone"

    def ways(self) -> list[Way]:
        """Those that are stored."""
        return [Way(name) for name in self.exits]


@dataclass(frozen=True, slots=True)
class Place:
    """A wire: the way out of a step that it begins at. The wire that leads to the first step begins at no step."""

    step: str = ""
    way: str = ""

    @classmethod
    def read(cls, text: str) -> Place:
        """ "s3.next" as a place; "." is the beginning."""
        step, _, way = text.partition(".")
        return cls(step, way)

    def __str__(self) -> str:
        return f"{self.step}.{self.way}"


BEGIN = Place()


def empty() -> Data:
    """A definition of nothing yet."""
    return {"triggers": [], "rules": {}, "start": None, "steps": []}


def copied(definition: Mapping[str, Any]) -> Data:
    """A definition of one's own to change, with every part there."""
    return {**empty(), **deepcopy(dict(definition))}


def by_id(definition: Mapping[str, Any]) -> dict[str, Data]:
    """The steps by their ids, in the order in which they are stored."""
    return {step["id"]: step for step in definition.get("steps", ())}


def model_of(step: Mapping[str, Any]) -> type[Step]:
    """The kind of a step, or what stands for one that is not known any more."""
    return STEPS.get(step["kind"], GoneKind)


def finished(step: Mapping[str, Any]) -> Step | None:
    """The step itself, or None while something of it is not said yet."""
    try:
        return model_of(step).model_validate(step)
    except ValidationError:
        return None


def lenient(step: Mapping[str, Any]) -> Step:
    """The step with what is not said yet, or wrong, left blank: enough to ask for its ways, never to run it."""
    model = model_of(step)
    values = {name: _or_blank(info, step[name]) if name in step else _blank(info) for name, info in fields(model)}
    return model.model_construct(**values)


def fields(model: type[BaseModel]) -> Iterable[tuple[str, FieldInfo]]:
    """The settings of a model with their names, those in `id`, `kind` and `exits` included."""
    return model.model_fields.items()


def _or_blank(info: FieldInfo, value: Any) -> Any:
    try:
        return TypeAdapter(info.rebuild_annotation()).validate_python(value)
    except ValidationError:
        return _blank(info)


def _blank(info: FieldInfo) -> Any:
    if not info.is_required():
        return info.get_default(call_default_factory=True, validated_data={})
    origin = getattr(info.annotation, "__origin__", info.annotation)
    return origin() if origin in (list, dict, str, int, bool, tuple) else None


def ways(step: Mapping[str, Any]) -> list[Way]:
    """The ways out of a step, in the order in which they are drawn."""
    return (finished(step) or lenient(step)).ways()


def exit_of(step: Mapping[str, Any], way: str) -> str | None:
    """Where a way leads; None for an end."""
    found: str | None = step.get("exits", {}).get(way)
    return found


def target(definition: Mapping[str, Any], place: Place) -> str | None:
    """The step that a wire leads to. Raises CannotEdit where there is no such wire."""
    if place == BEGIN:
        start: str | None = definition.get("start")
        return start
    step = by_id(definition).get(place.step)
    if step is None or place.way not in {way.name for way in ways(step)}:
        raise CannotEdit("That place is not there any more.")
    return exit_of(step, place.way)


def lead(definition: Data, place: Place, to: str | None) -> None:
    """Let a wire lead somewhere else."""
    if place == BEGIN:
        definition["start"] = to
    else:
        by_id(definition)[place.step].setdefault("exits", {})[place.way] = to


def leading_to(definition: Mapping[str, Any], step: str) -> list[Place]:
    """The wires that lead to a step, the first way in first."""
    found = [BEGIN] if definition.get("start") == step else []
    for one in definition.get("steps", ()):
        found += [Place(one["id"], way.name) for way in ways(one) if exit_of(one, way.name) == step]
    return found


def reachable(
    definition: Mapping[str, Any], start: str | None = None, without: str = "", jumping: bool = True
) -> list[str]:
    """The steps that somebody can come to from a step, or from the beginning, each once, in the order in which they are
    drawn; `without` a step as if it were not there; not `jumping`: as if "go to" led nowhere."""
    steps = by_id(definition)
    waiting = [start or definition.get("start")]
    found: dict[str, None] = {}
    while waiting:
        at = waiting.pop()
        if at is None or at in found or at not in steps or at == without:
            continue
        found[at] = None
        if steps[at]["kind"] == GO_TO and not jumping:
            continue
        waiting += [exit_of(steps[at], way.name) for way in reversed(ways(steps[at]))]
    return list(found)


def tidied(definition: Data, before: Iterable[str]) -> Data:
    """Without the steps that could be reached `before` and cannot be any more; stored in the order they are drawn.

    What nobody could reach before is left where it is: it is not this change that lost it.
    """
    steps, drawn = by_id(definition), reachable(definition)
    lost = set(before) - set(drawn)
    kept = [*drawn, *(pk for pk in steps if pk not in set(drawn) | lost)]
    for pk in kept:
        own = {way.name: exit_of(steps[pk], way.name) for way in ways(steps[pk])}
        steps[pk]["exits"] = {name: to if to in steps and to not in lost else None for name, to in own.items()}
    definition["steps"] = [steps[pk] for pk in kept]
    if definition["start"] not in steps:
        definition["start"] = None
    return definition


def new_id(definition: Mapping[str, Any]) -> str:
    """An id that no step of the definition has: "s1", "s2" and so on."""
    taken = {step["id"] for step in definition.get("steps", ())}
    number = 1 + max(
        (int(one[1:]) for one in taken if one[:1] == "s" and one[1:].isdecimal() and len(one) < 9), default=0
    )
    while f"s{number}" in taken:
        number += 1
    return f"s{number}"
