"""Whether the steps of a definition hang together. Pure.

What is broken in itself is refused when it is saved; what is only unfinished may stay in a draft and stops publishing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automation.definition.reading import Problem
from automation.definition.whole import Definition
from automation.steps.shape import Step


@dataclass(slots=True)
class Found:
    """`broken` can never work; `unfinished` not yet; `doubtful` works and may not be meant."""

    broken: list[Problem] = field(default_factory=list)
    unfinished: list[Problem] = field(default_factory=list)
    doubtful: list[Problem] = field(default_factory=list)


def check(definition: Definition) -> Found:
    """Everything that can be said of a definition without looking anything up."""
    found = Found()
    steps = {step.id: step for step in definition.steps}
    _ids(definition, found)
    _exits(definition, steps, found)
    _loops(steps, found)
    if not found.broken:
        _ends(definition, steps, found)
    _lacks(definition, found)
    return found


def _ids(definition: Definition, found: Found) -> None:
    seen: set[str] = set()
    for step in definition.steps:
        if step.id in seen:
            found.broken.append(Problem(step.id, "id", f"Two steps are called “{step.id}”."))
        seen.add(step.id)


def _exits(definition: Definition, steps: Mapping[str, Step], found: Found) -> None:
    if definition.start is not None and definition.start not in steps:
        found.broken.append(Problem("", "start", f"It begins at a step that is not there: “{definition.start}”."))
    for step in definition.steps:
        ways = {way.name for way in step.ways()}
        for way, to in step.exits.items():
            if way not in ways and to is not None:
                known = ", ".join(sorted(ways)) or "none"
                found.broken.append(
                    Problem(step.id, f"exits.{way}", f"It has no way out called “{way}”. It has: {known}.")
                )
            elif to is not None and to not in steps:
                found.broken.append(
                    Problem(step.id, f"exits.{way}", f"Its way “{way}” leads to a step that is not there: “{to}”.")
                )


def _loops(steps: Mapping[str, Step], found: Found) -> None:
    """Refuse circles in which no time passes: somebody would go round for ever in a moment."""
    hasty = {pk: step for pk, step in steps.items() if not step.waits()}
    state: dict[str, int] = {}
    for begin in hasty:
        path: list[tuple[str, list[str]]] = [(begin, _next(hasty[begin], hasty))] if begin not in state else []
        state.setdefault(begin, 1)
        while path:
            pk, ahead = path[-1]
            if not ahead:
                state[pk] = 2
                path.pop()
                continue
            to = ahead.pop()
            if state.get(to) == 1:
                found.broken.append(
                    Problem(pk, "exits", "It leads back to an earlier step, and nothing on the way waits: a loop needs a wait.")
                )  # fmt: skip
            elif to not in state:
                state[to] = 1
                path.append((to, _next(hasty[to], hasty)))


def _next(step: Step, among: Mapping[str, Step]) -> list[str]:
    """Where its ways lead, of those steps."""
    return [to for way in step.ways() if (to := step.exits.get(way.name)) is not None and to in among]


def _ends(definition: Definition, steps: Mapping[str, Step], found: Found) -> None:
    """Say what nobody can come to, and from where nobody ever comes to an end."""
    reached = _reached(definition.start, steps)
    for pk in steps:
        if pk not in reached:
            found.unfinished.append(Problem(pk, "", "Nobody ever comes to this step: no way leads to it."))
    ending = {pk for pk in reached if _may_end(steps[pk])}
    grown = True
    while grown:
        more = {pk for pk in reached - ending if any(to in ending for to in _next(steps[pk], steps))}
        ending |= more
        grown = bool(more)
    endless = [pk for pk in steps if pk in reached - ending]
    if endless:
        leaves = "Only an answer or another rule for leaving ends it." if _can_leave(definition) else ""
        problem = Problem(endless[0], "", f"From here the steps go round for ever, without an end. {leaves}".strip())
        (found.doubtful if leaves else found.unfinished).append(problem)


def _reached(start: str | None, steps: Mapping[str, Step]) -> set[str]:
    found: set[str] = set()
    ahead = [start] if start is not None else []
    while ahead:
        pk = ahead.pop()
        if pk in steps and pk not in found:
            found.add(pk)
            ahead += _next(steps[pk], steps)
    return found


def _may_end(step: Step) -> bool:
    ways = step.ways()
    return not ways or any(step.exits.get(way.name) is None for way in ways)


def _can_leave(definition: Definition) -> bool:
    rules = definition.rules
    return bool(
        rules.stop_on_reply or rules.goal or rules.goal_when or rules.exit_on or rules.exit_when or rules.most_touches
    )


def _lacks(definition: Definition, found: Found) -> None:
    if not definition.triggers:
        found.unfinished.append(Problem("", "triggers", "Nothing lets anybody in: choose a trigger."))
    for number, trigger in enumerate(definition.triggers):
        for name, sentence in trigger.lacks().items():
            found.unfinished.append(Problem("", f"triggers.{number}.{name}", f"{trigger.title}: {sentence}"))
    if definition.start is None:
        found.unfinished.append(Problem("", "steps", "It has no steps yet."))
    for step in definition.steps:
        for name, sentence in step.lacks().items():
            found.unfinished.append(Problem(step.id, name, sentence))
