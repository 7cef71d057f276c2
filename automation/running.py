"""The engine's shell: takes those who are due, asks the engine about each, and writes what it says as sets.

Everything about a batch happens in one transaction: the rows are locked, facts are read, effects, visits and new places
are written together. So a crash takes all of it back, and the turn is simply taken again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from automation.compiling import graphs
from automation.effects.registry import WRITERS
from automation.effects.shape import Done, Order
from automation.engine.advancing import Turn, advance
from automation.engine.effects import Effect, StartAutomation
from automation.engine.facts import Facts
from automation.engine.graph import Graph
from automation.loading import load_facts
from automation.models import RUNNING, Automation, AutomationState, Enrollment
from automation.putting_off import put_off
from automation.rounds import Round, lock_rounds, state_of
from automation.switching import HELD
from automation.writing import Outcome, write_outcomes
from crm.causes import Cause, causes
from crm.collecting import without_collecting

log = logging.getLogger(__name__)

BATCH = 1000
#: Where so many at a step break off and nobody gets through, it is not the people.
SAMPLE = 5
#: Who goes on in a paused automation, as who came in at that very moment or was tried again, is looked at again so much
#: later: not held for good, so that nobody who holds them and lets them go on at once can miss them.
PAUSED_WAIT = timedelta(minutes=5)

#: True where somebody is due: what the pulse asks.
DUE_SQL = (
    "EXISTS (SELECT FROM automation_enrollment"
    " WHERE status IN ('active', 'waiting', 'paused_ooo') AND next_at <= %(now)s)"
)


def sweep_enrollments(now: datetime) -> int:
    """Move on everybody who is due; returns how many turns were taken."""
    turns = 0
    while taken := run_batch(now):
        turns += taken
    return turns


def run_batch(now: datetime, *, limit: int = BATCH) -> int:
    """Move on one batch. Where it breaks off, its parts are tried apart: a bad one holds up no others."""
    try:
        with without_collecting(), transaction.atomic():
            return _run(_claim(now, limit), now)
    except Exception:
        log.exception("a batch of enrollments broke off; its parts are tried apart")
    return _run_apart(now, limit)


def _run_apart(now: datetime, limit: int) -> int:
    """The batch again, step by step of each automation, and one by one where a step breaks off."""
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    with transaction.atomic():
        for row in _claim(now, limit):
            groups[row.automation_version_id, row.step].append(row.pk)
    for ids in groups.values():
        try:
            with transaction.atomic():
                run_these(ids, now)
        except Exception:
            log.exception("a step broke off; each of its people is tried alone", extra={"people": len(ids)})
            _run_singly(ids, now)
    return sum(map(len, groups.values()))


def _run_singly(ids: Sequence[int], now: datetime) -> None:
    """Each alone. Where none of the first few gets through, it is the step that is broken, and the rest waits too."""
    errors = []
    for place, pk in enumerate(ids, 1):
        errors.append(_run_alone(pk, now))
        if place == SAMPLE and all(errors):
            put_off(ids[SAMPLE:], errors[0], now=now)
            return


def _claim(now: datetime, limit: int) -> list[Round]:
    """The next who are due and whom nobody else holds, at most one round of each person: what is done to somebody here
    must be seen by their next turn. Those of automations that are paused or being emptied wait, so that they keep nobody
    else from their turn."""
    while rows := _locked(now, limit):
        paused = set(
            Automation.objects.filter(pk__in={row.automation_id for row in rows})
            .filter(Q(state=AutomationState.PAUSED) | ~Q(emptying=""))
            .order_by()
            .values_list("pk", flat=True)
        )
        held = [row.pk for row in rows if row.automation_id in paused]
        if held:
            Enrollment.objects.filter(pk__in=held).update(next_at=now + PAUSED_WAIT, why=HELD)
        if len(held) < len(rows):
            return _one_round_each(row for row in rows if row.automation_id not in paused)
    return []


def _locked(now: datetime, limit: int) -> list[Round]:
    due = Enrollment.objects.filter(status__in=RUNNING, next_at__lte=now).order_by("next_at", "pk")
    return lock_rounds(due, limit)


def _one_round_each(rows: Iterable[Round]) -> list[Round]:
    found: dict[int, Round] = {}
    for row in rows:
        found.setdefault(row.contact_id, row)
    return list(found.values())


def run_these(ids: Sequence[int], now: datetime) -> int:
    """Take one turn for each of these rounds that goes on and that nobody else holds, whether it is due or not; returns
    how many. Call inside a transaction; what breaks off is the caller's."""
    return _run(lock_rounds(Enrollment.objects.filter(pk__in=ids, status__in=RUNNING).order_by("pk")), now)


def _run_alone(pk: int, now: datetime) -> str:
    """One turn; returns the error that broke it off, after which it is put off."""
    try:
        with transaction.atomic():
            run_these([pk], now)
    except Exception as problem:
        log.exception("a turn broke off", extra={"enrollment": pk})
        put_off([pk], repr(problem), now=now)
        return repr(problem)
    return ""


@dataclass(slots=True)
class _Person:
    row: Round
    facts: Facts
    turn: Turn
    done: Done | None = None


def _run(rows: Sequence[Round], now: datetime) -> int:
    """Take a turn for each of the locked rows and write everything; returns how many."""
    if not rows:
        return 0
    known = graphs({row.automation_version_id for row in rows})
    facts = load_facts(rows, known, now=now)
    people = [_turn(row, known, facts[row.pk], now) for row in rows]
    _perform(people, now)
    write_outcomes([Outcome(one.row, one.turn, one.done) for one in people], now=now)
    return len(people)


def _turn(row: Round, known: Mapping[int, Graph], facts: Facts, now: datetime) -> _Person:
    return _Person(row, facts, advance(known[row.automation_version_id], state_of(row), facts, now))


def _perform(people: Sequence[_Person], now: datetime) -> None:
    """Have the effects written, all of one class at once. What they cause is known to be caused by the automation.

    Who starts another automation comes last: the count of its entries stays locked until the end, and whoever waits for it
    may hold people whom the others would still have to wait for."""
    by_class: dict[type[Effect], list[_Person]] = defaultdict(list)
    for one in people:
        if one.turn.effect is not None:
            by_class[type(one.turn.effect)].append(one)
    because = {one.row.contact_id: Cause(one.row.cause_id, one.row.depth + 1, one.row.automation_id) for one in people}
    with causes(because):
        for kind, some in sorted(by_class.items(), key=lambda item: item[0] is StartAutomation):
            answers = WRITERS[kind]([_order(one) for one in some], now)
            for one, done in zip(some, answers, strict=True):
                one.done = done


def _order(one: _Person) -> Order:
    row, turn = one.row, one.turn
    assert turn.acting is not None
    assert turn.before is not None
    return Order(
        enrollment_id=row.pk,
        automation_id=row.automation_id,
        contact_id=row.contact_id,
        step=turn.acting.id,
        key=f"{row.pk}:{turn.before.visits}",
        effect=turn.effect,
        state=turn.before,
        facts=one.facts,
        entered_by_id=row.entered_by_id,
    )
