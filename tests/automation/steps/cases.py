"""Cases for steps to decide, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from automation.definition.rules import Rules
from automation.engine.events import Seen
from automation.engine.facts import Facts
from automation.engine.graph import Graph
from automation.engine.state import State
from automation.steps.registry import KINDS
from automation.steps.shape import Case, Step

#: A Monday morning.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def step(kind: str, **fields: Any) -> Step:
    """A step of that kind, called "here"."""
    return KINDS[kind](**{"id": "here", "kind": kind, "exits": {"next": "there"}, **fields})


def case(
    one: Step, *, now: datetime = NOW, since: datetime = NOW, rules: dict[str, Any] | None = None, **facts: Any
) -> Case:
    """Somebody who stands at the step; `facts` are theirs, and may hold "memory" and "visits" of their state."""
    memory, visits = facts.pop("memory", {}), facts.pop("visits", 0)
    graph = Graph(7, 1, one.id, {one.id: one}, Rules(**(rules or {})))
    state = State(one.id, since, since, visits=visits, memory=memory)
    return Case(graph, state, replace(Facts(1), **facts), now)


def event(kind: str, at: datetime, **fields: Any) -> Seen:
    """A stored event."""
    return Seen(fields.pop("id", 1), kind, at, words=kind, **fields)
