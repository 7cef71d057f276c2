"""What somebody has behind them, as far as the rules of entry ask: however often they went round, little is fetched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from automation.engine.entry import MOST_ROUNDS, Before
from automation.engine.state import GOAL_MET
from automation.models import INSIDE, EnrollmentStatus
from crm.sql_arrays import id_array, text_array


class Asked(NamedTuple):
    """Who wants to enter what; `per` is the record where each has its own round, `occasion` that of a trigger of time."""

    contact_id: int
    automation_id: int
    per: str
    occasion: str


@dataclass(slots=True)
class Behind:
    """What one person has behind them: by automation and record, and the occasions that let them in. Of other automations
    than those that they want to enter only where they are inside."""

    rounds: dict[tuple[int, str], Before] = field(default_factory=dict)
    occasions: set[tuple[int, str]] = field(default_factory=set)


def behind(asked: Iterable[Asked]) -> dict[int, Behind]:
    """What each person has behind them, by contact; one query."""
    wanted = list(dict.fromkeys(asked))
    found: dict[int, Behind] = defaultdict(Behind)
    if not wanted:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            _BEHIND,
            {
                "contacts": id_array(one.contact_id for one in wanted),
                "automations": id_array(one.automation_id for one in wanted),
                "pers": text_array(one.per for one in wanted),
                "occasions": text_array(one.occasion for one in wanted),
                "most": MOST_ROUNDS,
            },
        )
        rows = cursor.fetchall()
    for contact_id, automation_id, per, number, status, reason, ended_at, entered_at, _, occasion in rows:
        mine = found[contact_id]
        if occasion:
            mine.occasions.add((automation_id, occasion))
            continue
        one = mine.rounds.setdefault((automation_id, per), Before())
        one.inside = one.inside or status in INSIDE
        if number is None:  # only that they are inside is told of it
            continue
        one.rounds = number
        one.held_out = status == EnrollmentStatus.HELD_OUT
        one.left_early = status == EnrollmentStatus.STOPPED and reason != GOAL_MET
        one.entered.append(entered_at)
        if ended_at is not None:
            one.last_ended = max(ended_at, one.last_ended or ended_at)
    return found


# The last rounds in what they want to enter, the oldest of them first, each with the highest number of all: a merge numbers
# one contact's rounds on past the other's, whichever came first. Where they are inside; the occasions that are asked.
_BEHIND = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(contacts)s::bigint[], %(automations)s::bigint[], %(pers)s::text[], %(occasions)s::text[])
        AS t(contact_id, automation_id, per, occasion)
)
SELECT a.contact_id, a.automation_id, a.per, e.highest, e.status, e.stop_reason, e.ended_at, e.entered_at, e.id,
    '' AS occasion
FROM (SELECT DISTINCT contact_id, automation_id, per FROM asked) a
CROSS JOIN LATERAL (
    SELECT *, max(round) OVER () AS highest FROM automation_enrollment
    WHERE automation_id = a.automation_id AND contact_id = a.contact_id AND per = a.per
    ORDER BY entered_at DESC, id DESC LIMIT %(most)s
) e
UNION ALL
SELECT e.contact_id, e.automation_id, e.per, NULL, e.status, '', NULL, NULL, NULL, ''
FROM (SELECT DISTINCT contact_id FROM asked) a
CROSS JOIN LATERAL (
    SELECT * FROM automation_enrollment WHERE contact_id = a.contact_id
        AND status IN ('active', 'waiting', 'paused', 'paused_ooo', 'failed')
) e
UNION ALL
SELECT a.contact_id, a.automation_id, '', NULL, '', '', NULL, NULL, NULL, a.occasion FROM asked a
WHERE a.occasion <> '' AND EXISTS (
    SELECT FROM automation_enrollment e WHERE e.automation_id = a.automation_id AND e.contact_id = a.contact_id
        AND e.occasion = a.occasion AND e.occasion <> '')
ORDER BY entered_at, id
"""
