"""What one can do to the steps of a definition. Each takes a definition and returns a new one. Pure.

Whatever is done: every way leads to a step that is there or nowhere, and no step is cut off from the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.definition.whole import MOST_STEPS
from automation.editing.raw import (
    BEGIN,
    GO_TO,
    CannotEdit,
    Data,
    Place,
    by_id,
    copied,
    exit_of,
    lead,
    leading_to,
    new_id,
    reachable,
    target,
    tidied,
    ways,
)
from automation.editing.starting import fresh

#: What a step has besides its settings.
KEPT = ("id", "kind", "exits")


def add(definition: Mapping[str, Any], kind: str, place: Place) -> tuple[Data, str]:
    """A new step on a wire; what followed comes after it, by its first way. Returns the step's id too."""
    new = copied(definition)
    _room(new)
    step = fresh(kind, new_id(new))
    _insert(new, step, place)
    return tidied(new, ()), step["id"]


def duplicate(definition: Mapping[str, Any], step: str) -> tuple[Data, str]:
    """A second step like this one, right after it."""
    new = copied(definition)
    _room(new)
    original = _step(new, step)
    out = ways(original)
    if not out:
        raise CannotEdit("Nothing can follow this step, so it cannot be doubled here.")
    twin = {**copied(original), "id": new_id(new), "exits": {}}
    for name in ("triggers", "rules", "start", "steps"):
        twin.pop(name, None)
    _insert(new, twin, Place(step, out[0].name))
    return tidied(new, ()), twin["id"]


def below(definition: Mapping[str, Any], step: str) -> dict[str, list[str]]:
    """For each way out of a step, the steps that nobody could come to without it."""
    elsewhere = set(reachable(definition, without=step))
    own = _step(definition, step)
    found: dict[str, list[str]] = {}
    for way in ways(own):
        to = exit_of(own, way.name)
        under = reachable(definition, to, without=step) if to else []
        found[way.name] = [one for one in under if one not in elsewhere]
    return found


def must_choose(definition: Mapping[str, Any], step: str) -> bool:
    """Whether taking the step away asks which of its paths stays: there is more than one with steps on it."""
    return sum(bool(steps) for steps in below(definition, step).values()) > 1


def delete(definition: Mapping[str, Any], step: str, keep: str | None = None) -> Data:
    """Take a step away. The path of the way `keep` closes the gap, or else the only one with steps on it; the steps of
    other paths go with it. Raises CannotEdit where a choice is needed and none was made."""
    new = copied(definition)
    own, before = _step(new, step), reachable(new)
    names = [way.name for way in ways(own)]
    if keep is None:
        if must_choose(new, step):
            raise CannotEdit("Say which of its paths is to stay.")
        under = below(new, step)
        keep = next((name for name in names if under[name]), next((one for one in names if exit_of(own, one)), ""))
    elif keep and keep not in names:
        raise CannotEdit("There is no such path.")
    heir = exit_of(own, keep) if keep else None
    for place in leading_to(new, step):
        lead(new, place, None if heir in (step, place.step) else heir)
    new["steps"] = [one for one in new["steps"] if one["id"] != step]
    return tidied(new, before)


def move(definition: Mapping[str, Any], step: str, place: Place) -> Data:
    """Put a step on another wire. One with several ways takes along all that hangs from it alone, and what followed on
    the wire then comes after the first of its ends."""
    new = copied(definition)
    own = _step(new, step)
    target(new, place)
    taken = [step, *(one for under in below(new, step).values() for one in under)] if len(ways(own)) > 1 else [step]
    if place.step in taken:
        raise CannotEdit("A step cannot be put below itself.")
    if target(new, place) == step:
        return new
    followed = exit_of(own, ways(own)[0].name) if len(taken) == 1 and len(ways(own)) == 1 else None
    for wire in leading_to(new, step):
        if wire.step not in taken:
            lead(new, wire, None if followed == step else followed)
    if len(taken) == 1 and ways(own):
        own["exits"] = {}
    following = target(new, place)
    lead(new, place, step)
    if following is not None:
        lead(new, _first_end(new, taken), following)
    return tidied(new, ())


def up(definition: Mapping[str, Any], step: str) -> Data:
    """Before the step that comes before it."""
    before = leading_to(definition, step)
    if not before or before[0] == BEGIN:
        raise CannotEdit("It is the first step already.")
    return move(definition, step, leading_to(definition, before[0].step)[0])


def down(definition: Mapping[str, Any], step: str) -> Data:
    """After the step that comes after it, on that one's first way."""
    own = _step(definition, step)
    out = ways(own)
    following = exit_of(own, out[0].name) if len(out) == 1 else None
    onward = ways(_step(definition, following)) if following else []
    if not following or not onward:
        raise CannotEdit("It cannot go further down.")
    return move(definition, step, Place(following, onward[0].name))


def connect(definition: Mapping[str, Any], place: Place, to: str) -> Data:
    """Let an open end lead to a step that is there already: paths join again, or go round."""
    new = copied(definition)
    _step(new, to)
    present = target(new, place)
    if place == BEGIN:
        raise CannotEdit("The beginning leads to the first step.")
    if present is not None and present not in reachable(cut(new, place)):
        raise CannotEdit("Steps follow here already. Delete them first.")
    lead(new, place, to)
    return tidied(new, ())


def cut(definition: Mapping[str, Any], place: Place) -> Data:
    """Let a way end here; steps that could be reached by it alone go."""
    new = copied(definition)
    before = reachable(new)
    target(new, place)
    lead(new, place, None)
    return tidied(new, before)


def change(definition: Mapping[str, Any], step: str, settings: Mapping[str, Any]) -> Data:
    """Give a step other settings. Ways that it has no longer go, with the steps that could be reached by them alone; if it
    had only one way and has others now, what followed comes after the first of them."""
    new = copied(definition)
    own, before = _step(new, step), reachable(new)
    former = {way.name: exit_of(own, way.name) for way in ways(own)}
    new["steps"] = [
        {**{name: one[name] for name in KEPT if name in one}, **settings} if one["id"] == step else one
        for one in new["steps"]
    ]
    own = _step(new, step)
    names = [way.name for way in ways(own)]
    exits = {name: former.get(name) for name in names}
    homeless = [to for name, to in former.items() if name not in names and to is not None]
    for name in names:
        if homeless and exits[name] is None:
            exits[name] = homeless.pop(0)
    own["exits"] = exits
    return tidied(new, before)


def set_triggers(definition: Mapping[str, Any], triggers: list[Data]) -> Data:
    """Other triggers."""
    return {**copied(definition), "triggers": triggers}


def set_rules(definition: Mapping[str, Any], rules: Mapping[str, Any]) -> Data:
    """Other rules."""
    return {**copied(definition), "rules": dict(rules)}


def _step(definition: Mapping[str, Any], step: str) -> Data:
    found = by_id(definition).get(step)
    if found is None:
        raise CannotEdit("That step is not there any more.")
    return found


def _room(definition: Mapping[str, Any]) -> None:
    if len(definition["steps"]) >= MOST_STEPS:
        raise CannotEdit(f"An automation has at most {MOST_STEPS} steps.")


def _insert(definition: Data, step: Data, place: Place) -> None:
    following = target(definition, place)
    out = ways(step)
    if following is not None and (not out or step["kind"] == GO_TO):
        raise CannotEdit("An end here would cut off the steps that follow. Put it at the end of a path.")
    definition["steps"].append(step)
    step["exits"] = {way.name: None for way in out}
    if out:
        step["exits"][out[0].name] = following
    lead(definition, place, step["id"])


def _first_end(definition: Mapping[str, Any], taken: list[str]) -> Place:
    steps = by_id(definition)
    for one in taken:
        for way in ways(steps[one]):
            if exit_of(steps[one], way.name) is None:
                return Place(one, way.name)
    raise CannotEdit("Nothing can follow what you moved, so it fits only at the end of a path.")
