"""One turn for one person: from where they are to where they must wait, act or end. Pure: the heart of the engine.

A turn goes on through steps that only decide, ends with the first that acts, and then only passes what reads nothing:
whatever reads must see the facts as they are after the act, in the next turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.engine.effects import Effect
from automation.engine.exits import why_end
from automation.engine.facts import Facts
from automation.engine.graph import Graph
from automation.engine.state import ACTED_AT, State
from automation.steps.shape import Case, Decision, End, Fail, Go, Stay, Step
from crm.zones import zone

#: So many steps in one turn; what remains is for the next. A loop without waiting was refused when it was saved.
STEPS_A_TURN = 50
#: So many in all: past this somebody goes in circles, and a person should look.
MOST_VISITS = 2_000
CIRCLES = f"They went through {MOST_VISITS:,} steps; something runs in circles."

ACTIVE, WAITING, FINISHED, STOPPED, FAILED = "active", "waiting", "finished", "stopped", "failed"
AWAY = "paused_ooo"


@dataclass(frozen=True, slots=True)
class Visit:
    """A step that has been left, or that ended it all: the one decision about it, with its reason. `number` counts the
    visits of an enrollment, and makes each one's record unique."""

    number: int
    step: str
    kind: str
    way: str
    why: str
    effect: Effect | None = None
    data: dict[str, Any] | None = None


#: What is to be written, by which step, and where the person stood.
_Acted = tuple[Effect, Step, State]
NOTHING = (None, None, None)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of it. `status` is active (go on at once), waiting, away, finished, stopped or failed. `effect` is the one thing
    to write, by the step that `acting` names; should that fail, `before` is where the person stays."""

    state: State
    status: str
    next_at: datetime | None
    why: str
    visits: tuple[Visit, ...] = ()
    stop_reason: str = ""
    effect: Effect | None = None
    acting: Step | None = None
    before: State | None = None


def advance(graph: Graph, state: State, facts: Facts, now: datetime) -> Turn:
    """Take one turn. The same arguments give the same answer: a turn that was lost in a crash is simply taken again."""
    if graph.broken:
        return _over(state, Fail(graph.broken), [])
    case = Case(graph, state, facts, now)
    if (end := why_end(case)) is not None:
        step = graph.steps.get(state.step or "")
        if isinstance(end, Fail) or step is None:
            return _over(state, end, [])
        return _over(_left(state, None, state.memory, now), end, [_visit(state, step, "", end)])
    if facts.away_until is not None and facts.away_until > now:
        back = facts.away_until.astimezone(zone(facts.zone))
        return Turn(state, AWAY, facts.away_until, f"They are away until {back.day} {back:%B %Y}.")
    visits: list[Visit] = []
    acted: _Acted | None = None
    for _ in range(STEPS_A_TURN):
        if state.step is None:
            return _turn(state, FINISHED, None, "The end was reached.", visits, acted)
        step = graph.steps.get(state.step)
        if step is None:
            return _turn(state, FAILED, None, "The step where they are is not there any more.", visits, acted)
        if state.visits >= MOST_VISITS:
            return _turn(state, FAILED, None, CIRCLES, visits, acted)
        if acted is not None and (step.acts or step.reads):
            return _turn(state, ACTIVE, now, "", visits, acted)
        decision = step.decide(Case(graph, state, facts, now))
        if isinstance(decision, Fail):
            return _turn(state, FAILED, None, decision.why, visits, acted)
        if isinstance(decision, End):
            visits.append(_visit(state, step, "", decision))
            return _over(_left(state, None, state.memory, now), decision, visits, acted)
        memory = state.memory
        if decision.keep or decision.effect is not None:
            memory = {**memory, **decision.keep}
        if decision.effect is not None:
            acted = (decision.effect, step, state)
            memory = {**memory, ACTED_AT: now.isoformat()}
        if isinstance(decision, Stay):
            stays = State(state.step, state.since, state.entered_at, state.visits, state.about, memory)
            return _turn(stays, WAITING, decision.until, decision.why, visits, acted)
        visits.append(_visit(state, step, decision.way, decision))
        state = _left(state, step.exits.get(decision.way), memory, now)
    return _turn(state, ACTIVE, now, "", visits, acted)


def _left(state: State, step: str | None, memory: Mapping[str, Any], now: datetime) -> State:
    return State(step, now, state.entered_at, state.visits + 1, state.about, memory)


def _visit(state: State, step: Step, way: str, decision: Decision) -> Visit:
    effect = decision.effect if isinstance(decision, Go) else None
    data = dict(decision.data) if isinstance(decision, Go) else None
    return Visit(state.visits, step.id, step.kind, way, decision.why, effect, data)


def _over(state: State, end: End | Fail, visits: Sequence[Visit], acted: _Acted | None = None) -> Turn:
    if isinstance(end, Fail):
        return Turn(state, FAILED, None, end.why, tuple(visits))
    status = STOPPED if end.reason else FINISHED
    return Turn(state, status, None, end.why, tuple(visits), end.reason, *(acted or NOTHING))


def _turn(
    state: State,
    status: str,
    next_at: datetime | None,
    why: str,
    visits: Sequence[Visit],
    acted: _Acted | None,
) -> Turn:
    return Turn(state, status, next_at, why, tuple(visits), "", *(acted or NOTHING))
