"""Following every branch: which ways have not been gone yet, and a definition that goes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automation.definition.whole import Definition

#: So many runs at most; what remains is said.
MOST_RUNS = 24

Forced = Mapping[str, str]


def forced(definition: Definition, ways: Forced) -> Definition:
    """The definition in which these steps lead, whatever they decide, to where the given way leads."""
    data: dict[str, Any] = definition.model_dump(mode="json", by_alias=True)
    for step in data["steps"]:
        if (way := ways.get(step["id"])) is not None:
            target = step["exits"].get(way)
            step["exits"] = {**step["exits"], **dict.fromkeys(_ways_of(definition, step["id"]), target)}
    return Definition.model_validate(data)


def choices(definition: Definition) -> dict[str, list[str]]:
    """The steps from which more than one way leads, with their ways."""
    return {step.id: names for step in definition.steps if len(names := [way.name for way in step.ways()]) > 1}


def untried(
    definition: Definition, gone: Sequence[tuple[str, str]], before: Forced, known: set[tuple[str, str]]
) -> Iterator[dict[str, str]]:
    """What to force next, after a run that took these ways: for each step passed and each way not known yet, the run up to
    there and then that way. `known` learns them."""
    ways, path = choices(definition), dict(before)
    for step, way in gone:
        if step not in ways:
            continue
        known.add((step, path.get(step, way)))
        for other in ways[step]:
            if (step, other) not in known and step not in path:
                known.add((step, other))
                yield {**path, step: other}
        path.setdefault(step, way)


def _ways_of(definition: Definition, step: str) -> list[str]:
    return next([way.name for way in one.ways()] for one in definition.steps if one.id == step)
