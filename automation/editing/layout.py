"""How a definition is drawn: every step once; a way that leads to a step drawn elsewhere only says so. Pure.

The drawing is a flat list of marks, so that however deep paths part it is drawn by one plain loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from automation.editing.raw import BEGIN, GO_TO, Place, by_id, exit_of, reachable, ways

What = Literal["step", "wire", "end", "goes", "fork", "branch", "leave_branch", "leave_fork"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to draw.

    "step": a card. "wire": a line to a step below, on which one may be added. "end": a line to nowhere. "goes": a way to
    a step that is drawn elsewhere. "fork" to "leave_fork" enclose the branches of a step with several ways, "branch" to
    "leave_branch" one of them; `label` is what is written on it. `depth` counts the forks around it. `side` is "first",
    "last" or "" for a branch among its neighbours.
    """

    what: What
    place: Place = BEGIN
    step: str = ""
    label: str = ""
    depth: int = 0
    side: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The marks from the beginning, and the steps that nobody can come to."""

    marks: list[Mark]
    numbers: dict[str, int]
    unreached: list[str]


def drawing(definition: Mapping[str, Any]) -> Drawing:
    """Lay the steps out from top to bottom, forks from left to right."""
    steps, below = by_id(definition), set(reachable(definition, jumping=False))
    marks: list[Mark] = []
    numbers: dict[str, int] = {}
    waiting: list[Mark | tuple[Place, str | None, int]] = [(BEGIN, definition.get("start"), 0)]
    while waiting:
        todo = waiting.pop()
        if isinstance(todo, Mark):
            marks.append(todo)
            continue
        place, to, depth = todo
        if to is None or to not in steps:
            marks.append(Mark("end", place, depth=depth))
        elif to in numbers or (to in below and place != BEGIN and steps[place.step]["kind"] == GO_TO):
            marks.append(Mark("goes", place, to, depth=depth))
        else:
            numbers[to] = len(numbers) + 1
            marks += [Mark("wire", place, to, depth=depth), Mark("step", place, to, depth=depth)]
            waiting += reversed(_onward(steps[to], depth))
    return Drawing(marks, numbers, [pk for pk in steps if pk not in numbers])


def _onward(step: Mapping[str, Any], depth: int) -> list[Mark | tuple[Place, str | None, int]]:
    """What comes after a step, in order."""
    pk, out = step["id"], ways(step)
    if len(out) <= 1:
        return [(Place(pk, way.name), exit_of(step, way.name), depth) for way in out]
    found: list[Mark | tuple[Place, str | None, int]] = [Mark("fork", step=pk, depth=depth)]
    for at, way in enumerate(out):
        place, side = Place(pk, way.name), "first" if at == 0 else "last" if at == len(out) - 1 else ""
        found += [
            Mark("branch", place, pk, way.label, depth + 1, side),
            (place, exit_of(step, way.name), depth + 1),
            Mark("leave_branch", depth=depth + 1),
        ]
    return [*found, Mark("leave_fork", depth=depth)]
