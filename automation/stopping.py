"""What people do to those inside an automation: stop, pause, resume, try again, skip (D5, D10, D13).

Each verb takes a set that came through the door, moves in one transaction those that it may, and says why not the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from automation.compiling import graphs
from automation.ending import Ended, take_messages_back, tell_left
from automation.engine.state import MANUAL, STOP_REASONS
from automation.models import INSIDE, RUNNING, Enrollment, EnrollmentStatus
from crm.results import Result

if TYPE_CHECKING:
    from automation.engine.graph import Graph
    from automation.models.enrollment import EnrollmentQuerySet
    from crm.models import User

#: What may hold somebody who is paused.
BY_PERSON, BY_AUTOMATION, BY_AUDIENCE, BY_BRAKE = "person", "automation", "audience", "brake"

LEFT_ALREADY = "They are not inside any more."
NOT_RUNNING = "They stand still already."
NOT_PAUSED = "They are not paused."
NOT_PARKED = "Nothing went wrong for them."
PAUSED_FIRST = "They are paused: resume them first."
NO_STEP = "The step where they are is not there any more: stop them, or move them to another version."


def stop(
    enrollments: EnrollmentQuerySet, *, reason: str = MANUAL, why: str = "", by: User | None, now: datetime
) -> Result:
    """End the rounds of those who are inside: no step follows, and what waits in the outbox does not leave. `reason` is
    one of STOP_REASONS, `why` a sentence for people."""
    result = Result()
    with transaction.atomic():
        rows = _locked(enrollments, INSIDE, lambda row: LEFT_ALREADY, result)
        said = (why or _sentence(STOP_REASONS[reason], by))[:300]
        _write_left(rows, [None] * len(rows), said, {"reason": reason}, now)
        Enrollment.objects.filter(pk__in=result.done).update(
            status=EnrollmentStatus.STOPPED, stop_reason=reason, why=said, next_at=None, ended_at=now, paused_by=""
        )
        take_messages_back(result.done, now=now, by=by)
        tell_left([ended_of(row, said, reason) for row in rows], now=now, by=by)
    return result


def ended_of(row: Enrollment, why: str, reason: str = "") -> Ended:
    """A round that has just ended or stands still, for the timeline."""
    return Ended(row.pk, row.automation_id, row.contact_id, why, reason, row.cause_id, row.depth)


def pause(
    enrollments: EnrollmentQuerySet, *, why: str = "", by: User | None, now: datetime, held_by: str = BY_PERSON
) -> Result:
    """Hold those who are going on or waiting, where they are. `held_by` says what holds them, so that it alone lets them
    go on."""
    result = Result()
    with transaction.atomic():
        _locked(enrollments, RUNNING, _why_not_running, result)
        Enrollment.objects.filter(pk__in=result.done).update(
            status=EnrollmentStatus.PAUSED, paused_by=held_by, why=(why or _sentence("Paused", by))[:300]
        )
    return result


def resume(enrollments: EnrollmentQuerySet, *, by: User | None, now: datetime, held_by: str | None = None) -> Result:
    """Let the paused go on: the engine asks their step anew at once, so an answer that came meanwhile counts, and a wait
    that is over is over. With `held_by` only those whom that held."""
    result = Result()
    with transaction.atomic():
        asked = enrollments if held_by is None else enrollments.filter(paused_by=held_by)
        _locked(asked, [EnrollmentStatus.PAUSED], _why_not_paused, result)
        Enrollment.objects.filter(pk__in=result.done).update(
            status=EnrollmentStatus.ACTIVE, paused_by="", why=_sentence("Resumed", by)[:300], next_at=now
        )
    return result


def retry(enrollments: EnrollmentQuerySet, *, by: User | None, now: datetime) -> Result:
    """Have the step that failed tried again."""
    result = Result()
    with transaction.atomic():
        _locked(enrollments, [EnrollmentStatus.FAILED], _why_not_parked, result)
        Enrollment.objects.filter(pk__in=result.done).update(
            status=EnrollmentStatus.ACTIVE, attempts=0, why=_sentence("Tried again", by)[:300], next_at=now
        )
    return result


def skip(enrollments: EnrollmentQuerySet, *, by: User | None, now: datetime) -> Result:
    """Leave the present step undone by its first way: past one that failed, or past a wait. What it wrote before stays."""
    result = Result()
    with transaction.atomic():
        rows = _locked(enrollments, [*RUNNING, EnrollmentStatus.FAILED], _why_not_skipped, result)
        known = graphs({row.automation_version_id for row in rows})
        there = [row for row in rows if row.step in known[row.automation_version_id].steps]
        for row in rows:
            if row.step not in known[row.automation_version_id].steps:
                result.refused[row.pk] = NO_STEP
        result.done = [row.pk for row in there]
        said = _sentence("Skipped", by)[:300]
        _write_left(there, [_first_way(row, known[row.automation_version_id]) for row in there], said, {}, now)
        Enrollment.objects.filter(pk__in=result.done).update(
            status=EnrollmentStatus.ACTIVE, attempts=0, why=said, next_at=now
        )
    return result


def _sentence(what: str, by: User | None) -> str:
    return f"{what.removesuffix(' by hand')} by {by.name}." if by is not None else f"{what}."


def _locked(
    enrollments: EnrollmentQuerySet, may: Iterable[str], why_not: Callable[[Enrollment], str], result: Result
) -> list[Enrollment]:
    """The rows of the set in the states that may, locked in the order of ids; `result` gets them and the refused."""
    ids = list(enrollments.order_by("pk").values_list("pk", flat=True))
    rows = list(Enrollment.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    states = set(may)
    result.done = [row.pk for row in rows if row.status in states]
    result.refused |= {row.pk: why_not(row) for row in rows if row.status not in states}
    return [row for row in rows if row.status in states]


def _why_not_running(row: Enrollment) -> str:
    return NOT_RUNNING if row.status in INSIDE else LEFT_ALREADY


def _why_not_paused(row: Enrollment) -> str:
    return NOT_PAUSED if row.status in INSIDE else LEFT_ALREADY


def _why_not_parked(row: Enrollment) -> str:
    return NOT_PARKED if row.status in INSIDE else LEFT_ALREADY


def _why_not_skipped(row: Enrollment) -> str:
    return PAUSED_FIRST if row.status in INSIDE else LEFT_ALREADY


def _first_way(row: Enrollment, graph: Graph) -> tuple[str, str | None]:
    """The name of the first way out of the present step, and where it leads."""
    step = graph.steps[row.step]
    names = [way.name for way in step.ways()]
    name = names[0] if names else ""
    return name, step.exits.get(name)


def _write_left(
    rows: Sequence[Enrollment],
    ways: Sequence[tuple[str, str | None] | None],
    why: str,
    data: dict[str, str],
    now: datetime,
) -> None:
    """Store the visit of each present step and leave it, by its way or for good: two statements in one."""
    if not rows:
        return
    known = graphs({row.automation_version_id for row in rows})
    steps = [known[row.automation_version_id].steps.get(row.step) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _LEAVE,
            {
                "now": now,
                "why": why,
                "data": json.dumps(data),
                "ids": [row.pk for row in rows],
                "kinds": [step.kind if step else "" for step in steps],
                "ways": [way[0] if way else "" for way in ways],
                "steps": [(way[1] or "") if way else "" for way in ways],
            },
        )


_LEAVE = """
WITH t AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(ways)s::text[], %(steps)s::text[])
        AS t(id, kind, way, next_step)
), visited AS (
    INSERT INTO automation_stepvisit (enrollment_id, number, automation_version_id, step, kind, way, at, why, data)
    SELECT e.id, e.visits, e.automation_version_id, e.step, t.kind, t.way, %(now)s, %(why)s, %(data)s::jsonb
    FROM automation_enrollment e JOIN t USING (id) WHERE e.step <> ''
)
UPDATE automation_enrollment e SET step = t.next_step, since = %(now)s, visits = e.visits + 1 FROM t WHERE e.id = t.id
"""
