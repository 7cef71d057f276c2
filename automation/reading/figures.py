"""How many people are and were in automations: counted for a whole list at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count

from automation.models import Enrollment, EnrollmentStatus

MOST_REASONS = 3


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
    """The figures of each automation; one query."""
    found = {pk: Figures() for pk in automation_ids}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [list(automation_ids)])
        for pk, *numbers in cursor.fetchall():
            found[pk] = Figures(*numbers)
    return found


def why_parked(automation_id: int) -> list[tuple[str, int]]:
    """Why people stand still in an automation, with how many for each reason, the most first; one query."""
    parked = Enrollment.objects.filter(automation=automation_id, status=EnrollmentStatus.FAILED)
    rows = parked.values_list("why").annotate(number=Count("pk")).order_by("-number", "why")
    return [(why, number) for why, number in rows[:MOST_REASONS]]


_COUNTS = """
SELECT automation_id, count(*) FILTER (WHERE status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')),
    count(*) FILTER (WHERE status = 'failed'), count(*), count(*) FILTER (WHERE status = 'finished'),
    count(*) FILTER (WHERE status = 'stopped'), max(entered_at)
FROM automation_enrollment WHERE automation_id = ANY (%s) AND status <> 'held_out' GROUP BY automation_id
"""
