"""Versions made ready to run, kept for a short while in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

from automation.definition.reading import BadDefinition, read_definition
from automation.definition.rules import Rules
from automation.definition.whole import Definition
from automation.engine.exits import EXIT_WHEN, GOAL_WHEN, WHO, awaited_by
from automation.engine.graph import RULES, Graph
from automation.models import AutomationVersion
from automation.steps.shape import ON_THEIR_CLOCK
from crm.conditions.language import BadCondition, read
from crm.conditions.saying import in_words
from crm.conditions.tree import Condition

log = logging.getLogger(__name__)

#: A version never changes, but what its conditions name may be deleted: so they are read anew after so many seconds.
KEPT_SECONDS = 30.0
BROKEN = "This version cannot be read any more: {} Publish another and move them to it, or stop them."
_kept: dict[int, tuple[float, Graph]] = {}


def graphs(version_ids: Iterable[int]) -> dict[int, Graph]:
    """The versions, ready to run. Those that this process has read lately cost nothing. One that cannot be read any more,
    as of a kind that is gone, says so in `broken`, and harms no other."""
    wanted, old = set(version_ids), monotonic() - KEPT_SECONDS
    found = {pk: kept[1] for pk in wanted if (kept := _kept.get(pk)) is not None and kept[0] > old}
    missing = wanted - found.keys()
    if missing:
        rows = AutomationVersion.objects.filter(pk__in=missing).values_list("pk", "automation_id", "definition")
        for pk, automation_id, definition in rows:
            found[pk] = _ready(definition, automation_id, pk)
            _kept[pk] = (monotonic(), found[pk])
    return found


def _ready(data: Any, automation_id: int, version_id: int) -> Graph:
    try:
        return compiled(read_definition(data), automation_id, version_id)
    except BadDefinition as problem:
        log.error("a version of an automation cannot be read: %s", problem, extra={"version": version_id})
        return Graph(automation_id, version_id, None, {}, Rules(), broken=BROKEN.format(str(problem)[:150]))


def forget(version_ids: Iterable[int] | None = None) -> None:
    """Read everything anew, or these versions: what conditions name has changed, or they were made for a rehearsal."""
    for pk in list(_kept) if version_ids is None else version_ids:
        _kept.pop(pk, None)


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
    awaited = heard_in(definition)
    dates = frozenset[str]().union(*(step.dates() for step in definition.steps))
    return Graph(
        automation_id, version_id, definition.start, steps, definition.rules, conditions, sayings, awaited, dates
    )


def conditions_of(definition: Definition) -> Mapping[tuple[str, str], Any]:
    """All conditions of a definition as data, by step and name."""
    found = {(step.id, name): data for step in definition.steps for name, data in step.conditions().items()}
    for name in (WHO, GOAL_WHEN, EXIT_WHEN):
        if (data := getattr(definition.rules, name)) is not None:
            found[RULES, name] = data
    return found


def heard_in(definition: Definition) -> frozenset[str]:
    """The kinds of event that the steps and rules read."""
    return awaited_by(definition.rules).union(*(step.awaits() for step in definition.steps))


def kinds_of(definition: Definition) -> tuple[list[str], list[str]]:
    """The kinds of event that let people in, and those after which people inside must be looked at: what they wait for or
    leave by, and what moves a wait, as an absence or another time zone does."""
    triggers = sorted({kind for one in definition.triggers for kind in one.kinds()})
    moved = ON_THEIR_CLOCK if definition.rules.window is not None or definition.rules.runs_at else frozenset()
    audiences = {"audience_joined", "audience_left"} if definition.rules.leaving_audience != "stay" else set()
    looked_at = heard_in(definition) | moved | audiences | {"out_of_office"}
    return triggers, sorted(looked_at.union(*(step.wakes() for step in definition.steps)))
