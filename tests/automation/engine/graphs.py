"""Random automations and random lives for the pure engine: nothing here knows a database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from automation.definition.rules import Rules
from automation.engine.advancing import ACTIVE, WAITING, Turn, Visit, advance
from automation.engine.events import Seen
from automation.engine.exits import awaited_by
from automation.engine.facts import Facts
from automation.engine.graph import Graph
from automation.engine.state import State
from automation.steps.registry import KINDS
from automation.steps.shape import Step
from crm.conditions.fields import Field, Type
from crm.conditions.tree import Condition, Test
from tests.factories import NOW

#: What the one condition of these tests asks about.
WARM = Field("warm", "Warm", Type.YES_NO)
IS_WARM = Condition(Test(WARM, "is", True), {"field": "warm", "op": "is", "value": True})


def graph(steps: list[dict[str, Any]], **rules: Any) -> Graph:
    """A graph of these steps, the first of which is the start; every choice of a branch asks whether they are warm."""
    made: list[Step] = [KINDS[step["kind"]].model_validate(step) for step in steps]
    read = Rules(**rules)
    conditions = {(step.id, name): IS_WARM for step in made for name in step.conditions()}
    awaited = awaited_by(read).union(*(step.awaits() for step in made))
    return Graph(1, 1, made[0].id if made else None, {one.id: one for one in made}, read, conditions, {}, awaited)


@dataclass(slots=True)
class Life:
    """One person's way through a graph, moved by hand. `world` are events by the moment at which they are stored."""

    graph: Graph
    state: State
    facts: Facts = field(default_factory=lambda: Facts(1, name="Maria", values={"warm": False}))
    now: datetime = NOW
    status: str = ACTIVE
    next_at: datetime | None = NOW
    visits: list[Visit] = field(default_factory=list)
    acts: list[tuple[datetime, int]] = field(default_factory=list)
    stop_reason: str = ""
    world: list[Seen] = field(default_factory=list)

    @classmethod
    def of(cls, graph: Graph, *, warm: bool = False, world: list[Seen] | None = None) -> Life:
        """Somebody who has just entered."""
        state = State(graph.start, NOW, NOW)
        return cls(graph, state, Facts(1, name="Maria", values={"warm": warm}), world=list(world or []))

    def turn(self) -> Turn:
        """One turn at the present moment, knowing what is stored by now."""
        known = [one for one in self.world if one.at <= self.now and one.kind in self.graph.awaited]
        turn = advance(self.graph, self.state, replace(self.facts, events=known), self.now)
        self.state, self.status, self.next_at = turn.state, turn.status, turn.next_at
        self.visits += turn.visits
        self.stop_reason = turn.stop_reason
        if turn.effect is not None and turn.before is not None:
            self.acts.append((self.now, turn.before.visits))
        return turn

    def live(self, *, turns: int = 3_000) -> None:
        """Go on until it is over: to the next moment that was set, or the next event that is waited for."""
        for _ in range(turns):
            self.turn()
            if self.status == ACTIVE:
                continue
            if self.status != WAITING:
                return
            moments = [one.at for one in self.world if one.at > self.now and one.kind in self.graph.awaited]
            soonest = min([*moments, *([self.next_at] if self.next_at else [])], default=None)
            if soonest is None:
                return
            self.now = max(self.now, soonest)
        raise AssertionError("it never came to an end")


@st.composite
def steps(draw: st.DrawFn, *, template: int = 1, loops: bool = False) -> list[dict[str, Any]]:
    """Up to a dozen steps whose exits lead anywhere later, or nowhere; with `loops` back as well, past a wait."""
    count = draw(st.integers(1, 12))
    made = []
    for number in range(count):
        kind = draw(st.sampled_from(["send_email", "wait", "wait_for_event", "branch", "end"]))
        step: dict[str, Any] = {"id": f"s{number}", "kind": kind}
        if kind == "send_email":
            step["template"] = template
        if kind in ("wait", "wait_for_event"):
            step |= {"amount": draw(st.integers(0, 5)), "unit": draw(st.sampled_from(["minutes", "hours", "days"]))}
        if kind == "wait_for_event":
            step["events"] = [{"event": draw(st.sampled_from(["reply", "form_submitted", "order_paid"]))}]
        if kind == "branch":
            step["choices"] = [{"name": "a", "when": {}}, {"name": "b", "when": {}}][: draw(st.integers(1, 2))]
        ways = [way.name for way in KINDS[kind].model_validate(step).ways()]
        later = [f"s{n}" for n in range(number + 1, count)]
        back = [f"s{n}" for n in range(number + 1)] if loops and kind == "wait" and step["amount"] else []
        step["exits"] = {way: draw(st.sampled_from([None, *later, *back])) for way in ways}
        made.append(step)
    return made


@st.composite
def worlds(draw: st.DrawFn) -> list[Seen]:
    """A few things that happen within three weeks, in the order in which they are stored."""
    count = draw(st.integers(0, 6))
    minutes = sorted(draw(st.lists(st.integers(1, 30_000), min_size=count, max_size=count)))
    kinds = ["message_received", "form_submitted", "order_paid", "message_sent", "unsubscribed", "page_viewed"]
    found = []
    for number, minute in enumerate(minutes, 1):
        kind = draw(st.sampled_from(kinds))
        two_way = kind == "message_received" and draw(st.booleans())
        found.append(Seen(number, kind, NOW + timedelta(minutes=minute), two_way=two_way, words=kind))
    return found
