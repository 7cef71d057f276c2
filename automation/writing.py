"""What the engine said of a batch, written down: the visits, and where everybody is now. Two statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from automation.effects.shape import Done
from automation.ending import Ended, take_messages_back, tell_left, tell_parked
from automation.engine.advancing import FAILED, FINISHED, STOPPED, Turn, Visit
from automation.engine.state import MADE, State
from automation.rounds import Round
from crm.sql_arrays import array, id_array, text_array

#: So many follow-ups of a round are remembered: one that goes in a loop for years makes many, and few of them are open.
MOST_MADE = 50


@dataclass(slots=True)
class Outcome:
    """One person's turn, and what came of its effect."""

    row: Round
    turn: Turn
    done: Done | None


def write_outcomes(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Store the visits and the new places. Where an effect could not be written the person stays at that step, parked
    with the reason. Call inside the transaction that holds the rows."""
    visits: list[tuple[Round, Visit, Done | None]] = []
    places = []
    for one in outcomes:
        turn, done = one.turn, one.done
        if done is not None and done.failed and turn.before is not None:
            visits += [(one.row, visit, None) for visit in turn.visits if visit.number < turn.before.visits]
            places.append(_place(one.row, turn, turn.before, turn.before.memory, failed=done.failed, now=now))
            continue
        acted = turn.before.visits if turn.before is not None else None
        visits += [(one.row, visit, done if visit.number == acted else None) for visit in turn.visits]
        places.append(_place(one.row, turn, turn.state, _remembered(turn.state.memory, done), now=now))
    _store_visits(visits, now)
    _store_places(places)
    _tell_ends(outcomes, now)


def _tell_ends(outcomes: Sequence[Outcome], now: datetime) -> None:
    """What follows for those who have left or stand still; nothing is asked where nobody does."""
    left, parked, cut_short = [], [], []
    for one in outcomes:
        row, turn = one.row, one.turn
        failed = one.done.failed if one.done is not None else ""
        if failed or turn.status == FAILED:
            parked.append(_ended(one, failed or turn.why))
        elif turn.status in (FINISHED, STOPPED):
            left.append(_ended(one, turn.why))
            # Where a step says that this is the end, what was written before it still leaves.
            if turn.status == STOPPED and not (turn.visits and turn.visits[-1].kind == "end"):
                cut_short.append(row.pk)
    take_messages_back(cut_short, now=now)
    tell_left(left, now=now)
    tell_parked(parked, now=now)


def _ended(one: Outcome, why: str) -> Ended:
    row = one.row
    return Ended(row.pk, row.automation_id, row.contact_id, why, one.turn.stop_reason, row.cause_id, row.depth)


def _remembered(memory: Mapping[str, Any], done: Done | None) -> Mapping[str, Any]:
    """The memory with what the effect adds to it; what steps made is kept by step and visit, the newest of it."""
    if done is None or not done.keep:
        return memory
    made = {**memory.get(MADE, {}), **done.keep.get(MADE, {})}
    made = dict(sorted(made.items(), key=lambda one: one[1])[-MOST_MADE:])
    return {**memory, **done.keep, **({MADE: made} if made else {})}


def _place(
    row: Round,
    turn: Turn,
    state: State,
    memory: Mapping[str, Any],
    *,
    failed: str = "",
    now: datetime,
) -> tuple[Any, ...]:
    """The columns of `_store_places`. `failed`: they stay at `state`, for a person to look."""
    status = FAILED if failed else turn.status
    ended_at = now if status in (FINISHED, STOPPED) else None
    next_at, why = (None, failed) if failed else (turn.next_at, turn.why)
    reason = "" if failed else turn.stop_reason
    return (
        row.pk, status, state.step or "", state.since, state.visits, json.dumps(memory), why[:300], next_at, ended_at,
        reason,
    )  # fmt: skip


def _store_visits(visits: Sequence[tuple[Round, Visit, Done | None]], now: datetime) -> None:
    if not visits:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO automation_stepvisit
                (enrollment_id, number, automation_version_id, step, kind, way, at, why, data)
            SELECT t.enrollment, t.number, t.version, t.step, t.kind, t.way, %s, t.why, t.data::jsonb
            FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::text[]) AS t(enrollment, number, version, step, kind, way, why, data)
            """,
            [
                now,
                id_array(row.pk for row, _, _ in visits),
                id_array(visit.number for _, visit, _ in visits),
                id_array(row.automation_version_id for row, _, _ in visits),
                text_array(visit.step for _, visit, _ in visits),
                text_array(visit.kind for _, visit, _ in visits),
                text_array(visit.way for _, visit, _ in visits),
                text_array((done.why if done and done.why else visit.why)[:300] for _, visit, done in visits),
                text_array(_data(visit, done) for _, visit, done in visits),
            ],
        )


def _data(visit: Visit, done: Done | None) -> str:
    data = {**(visit.data or {}), **(done.data if done else {})}
    return json.dumps(data) if data else "{}"


def _store_places(places: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE automation_enrollment e SET status = t.status, step = t.step, since = t.since, visits = t.visits,
                memory = t.memory::jsonb, why = t.why, next_at = t.next_at, ended_at = t.ended_at,
                stop_reason = t.reason, attempts = 0
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::text[], %s::text[],
                %s::timestamptz[], %s::timestamptz[], %s::text[])
                AS t(id, status, step, since, visits, memory, why, next_at, ended_at, reason)
            WHERE e.id = t.id
            """,
            [array(column) for column in zip(*places, strict=True)],
        )
