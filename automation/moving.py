"""Moving people from one version of an automation to another, step by step (D6).

Whoever stays at a step of the same id and kind keeps their place: since when they wait, what is remembered, and the number of
their visit, so that nothing that the step has written is written again. Whoever is put at another step begins it anew, and
the step that they leave has its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count

from automation.definition.difference import called
from automation.engine.state import MOVED
from automation.models import INSIDE, Automation, AutomationVersion, Enrollment
from automation.stopping import stop

if TYPE_CHECKING:
    from crm.models import User

#: What may be chosen for a step besides the id of a step of the new version.
STAY, SAME, LEAVE = "", "=", "!"

Steps = Mapping[str, Mapping[str, Any]]


class CannotMove(ValueError):
    """People cannot be moved like that; the text says why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many people stand at a step of a version. `same`: the new version has the step too."""

    step: str
    title: str
    people: int
    same: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were moved, and how many left."""

    moved: int = 0
    left: int = 0


def standing(old: AutomationVersion, new: AutomationVersion) -> list[Standing]:
    """Where people are in a version, in the order of its steps; one query."""
    rows = Enrollment.objects.filter(automation_version=old, status__in=INSIDE)
    number = dict(rows.values_list("step").annotate(number=Count("pk")).order_by())
    before, after = _steps(old), _steps(new)
    order = [*before, *(step for step in number if step not in before)]
    return [
        Standing(step, called(before.get(step, {})) or "A step that is gone", number[step], _same(step, before, after))
        for step in order
        if number.get(step)
    ]


def people_in(automation: Automation) -> dict[int, int]:
    """How many are inside each version; one query."""
    rows = Enrollment.objects.filter(automation=automation, status__in=INSIDE)
    return dict(rows.values_list("automation_version").annotate(number=Count("pk")).order_by())


def move(
    automation: Automation,
    old: AutomationVersion,
    *,
    choices: Mapping[str, str],
    by: User | None,
    now: datetime,
) -> Moved:
    """Move those inside `old` to the live version, by the step where they are: STAY lets them finish the old version, SAME
    keeps their place, LEAVE takes them out, and anything else is the id of a step of the live version. One statement for
    each step that is chosen. Raises CannotMove, and then nobody was moved."""
    with transaction.atomic():
        one = (
            Automation.objects.select_for_update(of=("self",), no_key=True).select_related("live").get(pk=automation.pk)
        )
        new = one.live
        if new is None or old.automation_id != one.pk:
            raise CannotMove("There is no live version to move them to.")
        if new.pk == old.pk:
            raise CannotMove("They are in the live version already.")
        before, after = _steps(old), _steps(new)
        _refuse_unknown(choices, before, after)
        _lock(old)
        moved = left = 0
        said = f"Moved to version {new.number}{f' by {by.name}' if by else ''}."[:300]
        for step, wanted in choices.items():
            if wanted == LEAVE:
                rows = Enrollment.objects.filter(automation_version=old, step=step, status__in=INSIDE)
                left += len(stop(rows, reason=MOVED, why="Taken out when a new version came.", by=by, now=now).done)
            elif wanted == SAME or (wanted == step and _same(step, before, after)):
                moved += _keep_place(old, new, step, now)
            elif wanted != STAY:
                moved += _put_at(old, new, step, str(before.get(step, {}).get("kind", "")), wanted, said, now)
        return Moved(moved, left)


def _lock(version: AutomationVersion) -> None:
    """Lock all inside before any is changed, in the order of ids, as by everybody who changes many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM automation_enrollment WHERE automation_version_id = %s
                    AND status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')
                ORDER BY id FOR UPDATE
            ) held
            """,
            [version.pk],
        )


def _refuse_unknown(choices: Mapping[str, str], before: Steps, after: Steps) -> None:
    for step, wanted in choices.items():
        if wanted == SAME and not _same(step, before, after):
            raise CannotMove(f"The live version has no such step: “{step[:40]}”.")
        if wanted not in (STAY, SAME, LEAVE) and wanted not in after:
            raise CannotMove(f"The live version has no such step: “{wanted[:40]}”.")


def _steps(version: AutomationVersion) -> Steps:
    return {step["id"]: step for step in version.definition.get("steps", ())}


def _same(step: str, before: Steps, after: Steps) -> bool:
    return step in before and step in after and before[step].get("kind") == after[step].get("kind")


def _keep_place(old: AutomationVersion, new: AutomationVersion, step: str, now: datetime) -> int:
    """Those who go on or wait are asked anew at once, as the step may be set otherwise; who failed is tried again."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE automation_enrollment SET automation_version_id = %(new)s,
                status = CASE status WHEN 'failed' THEN 'active' ELSE status END,
                attempts = CASE status WHEN 'failed' THEN 0 ELSE attempts END,
                next_at = CASE WHEN status IN ('active', 'waiting', 'failed') THEN %(now)s ELSE next_at END
            WHERE automation_version_id = %(old)s AND step = %(step)s
                AND status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')
            """,
            {"new": new.pk, "old": old.pk, "step": step, "now": now},
        )
        return int(cursor.rowcount)


def _put_at(
    old: AutomationVersion, new: AutomationVersion, step: str, kind: str, to: str, why: str, now: datetime
) -> int:
    """Those who stand still go on standing still, at the other step; who failed is tried there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                UPDATE automation_enrollment SET automation_version_id = %(new)s, step = %(to)s, since = %(now)s,
                    visits = visits + 1, why = %(why)s, attempts = 0,
                    status = CASE WHEN status IN ('waiting', 'failed') THEN 'active' ELSE status END,
                    next_at = CASE WHEN status IN ('active', 'waiting', 'failed') THEN %(now)s ELSE next_at END
                WHERE automation_version_id = %(old)s AND step = %(step)s
                    AND status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')
                RETURNING id, visits - 1 AS number
            )
            INSERT INTO automation_stepvisit
                (enrollment_id, number, automation_version_id, step, kind, way, at, why, data)
            SELECT id, number, %(old)s, %(step)s, %(kind)s, '', %(now)s, %(why)s, '{}' FROM gone
            """,
            {"new": new.pk, "old": old.pk, "step": step, "to": to, "kind": kind, "why": why, "now": now},
        )
        return int(cursor.rowcount)
