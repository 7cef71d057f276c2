"""How many people are and were in automations: counted for a whole list at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.db import connection
from django.db.models import Count

from automation.models import Enrollment, EnrollmentStatus

MOST_REASONS = 3
#: From so many rounds on counting costs more than a page may.
MANY = 20_000
KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Figures:
    """`inside` counts everybody who has not left, `parked` those of them who need a look; `entered` are rounds, with
    those that have ended. Held out people count nowhere."""

    inside: int = 0
    parked: int = 0
    entered: int = 0
    finished: int = 0
    stopped: int = 0
    last_entered: datetime | None = None


def figures_of(automation_ids: Sequence[int]) -> dict[int, Figures]:
    """The figures of each automation; two queries. Those of one that very many have entered are counted every few minutes
    only; how many need a look is always counted anew."""
    keys = {pk: f"automation-figures:{pk}" for pk in automation_ids}
    kept = cache.get_many(keys.values())
    found = {pk: kept[key] for pk, key in keys.items() if key in kept}
    counted = _counted([pk for pk in automation_ids if pk not in found])
    cache.set_many({keys[pk]: one for pk, one in counted.items() if one.entered >= MANY}, KEPT_SECONDS)
    found |= counted
    parked = Enrollment.objects.filter(automation__in=automation_ids, status=EnrollmentStatus.FAILED)
    number = dict(parked.values_list("automation").annotate(number=Count("pk")).order_by())
    return {pk: replace(found.get(pk, Figures()), parked=number.get(pk, 0)) for pk in automation_ids}


def _counted(automation_ids: list[int]) -> dict[int, Figures]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [automation_ids])
        return {pk: Figures(*numbers) for pk, *numbers in cursor.fetchall()}


def why_parked(automation_id: int) -> list[tuple[str, int]]:
    """Why people stand still in an automation, with how many for each reason, the most first; one query."""
    parked = Enrollment.objects.filter(automation=automation_id, status=EnrollmentStatus.FAILED)
    rows = parked.values_list("why").annotate(number=Count("pk")).order_by("-number", "why")
    return [(why, number) for why, number in rows[:MOST_REASONS]]


_COUNTS = """
SELECT automation_id, count(*) FILTER (WHERE status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')),
    0, count(*), count(*) FILTER (WHERE status = 'finished'),
    count(*) FILTER (WHERE status = 'stopped'), max(entered_at)
FROM automation_enrollment WHERE automation_id = ANY (%s) AND status <> 'held_out' GROUP BY automation_id
"""
