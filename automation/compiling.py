"""Versions made ready to run, kept for a short while in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

from automation.definition.whole import Definition
from automation.engine.exits import EXIT_WHEN, GOAL_WHEN, WHO, awaited_by
from automation.engine.graph import RULES, Graph
from automation.models import AutomationVersion
from crm.conditions.language import BadCondition, read
from crm.conditions.saying import in_words
from crm.conditions.tree import Condition

#: A version never changes, but what its conditions name may be deleted: so they are read anew after so many seconds.
KEPT_SECONDS = 30.0
_kept: dict[int, tuple[float, Graph]] = {}


def graphs(version_ids: Iterable[int]) -> dict[int, Graph]:
    """The versions, ready to run. Those that this process has read lately cost nothing."""
    wanted, old = set(version_ids), monotonic() - KEPT_SECONDS
    found = {pk: kept[1] for pk in wanted if (kept := _kept.get(pk)) is not None and kept[0] > old}
    missing = wanted - found.keys()
    if missing:
        rows = AutomationVersion.objects.filter(pk__in=missing).values_list("pk", "automation_id", "definition")
        for pk, automation_id, definition in rows:
            found[pk] = compiled(Definition.model_validate(definition), automation_id, pk)
            _kept[pk] = (monotonic(), found[pk])
    return found


def forget() -> None:
    """Read everything anew: what conditions name has changed."""
    _kept.clear()


def compiled(definition: Definition, automation_id: int = 0, version_id: int = 0) -> Graph:
    """A definition, ready to run. A condition that cannot be read any more is kept as a sentence that says why."""
    conditions: dict[tuple[str, str], Condition | str] = {}
    sayings: dict[tuple[str, str], str] = {}
    for place, data in conditions_of(definition).items():
        try:
            condition = read(data)
            conditions[place], sayings[place] = condition, in_words(condition)
        except BadCondition as problem:
            conditions[place] = str(problem)
    steps = {step.id: step for step in definition.steps}
    awaited = frozenset(kinds_of(definition)[1])
    return Graph(automation_id, version_id, definition.start, steps, definition.rules, conditions, sayings, awaited)


def conditions_of(definition: Definition) -> Mapping[tuple[str, str], Any]:
    """All conditions of a definition as data, by step and name."""
    found = {(step.id, name): data for step in definition.steps for name, data in step.conditions().items()}
    for name in (WHO, GOAL_WHEN, EXIT_WHEN):
        if (data := getattr(definition.rules, name)) is not None:
            found[RULES, name] = data
    return found


def kinds_of(definition: Definition) -> tuple[list[str], list[str]]:
    """The kinds of event that let people in, and those that people inside wait for or leave by."""
    triggers = sorted({kind for one in definition.triggers for kind in one.kinds()})
    awaited = set(awaited_by(definition.rules)).union(*(step.awaits() for step in definition.steps))
    return triggers, sorted(awaited)
