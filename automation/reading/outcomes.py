"""What came of people's rounds, counted in the database: one statement for each question, however many rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

#: Money and goals count until so long after somebody entered, whether they were still inside or not: a hold-out group is
#: never inside, and must be measured by the same rule.
WITHIN = timedelta(days=30)
#: What counts as a conversion where an automation names no goal.
PAYMENTS = ("order_paid", "payment_received", "invoice_paid")
REPLIES = ("message_received", "call_logged", "meeting_logged")


@dataclass(frozen=True, slots=True)
class Group:
    """Rounds that ended, or go on, alike. `split` and `way` are those of an A/B split, or empty."""

    split: str
    way: str
    status: str
    reason: str
    people: int
    replied: int
    converted: int


@dataclass(frozen=True, slots=True)
class StepCount:
    """How often a step was left by a way; for messages and follow-ups what became of what it wrote."""

    step: str
    kind: str
    way: str
    people: int


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the messages of a step. Opened and clicked count people, not machines."""

    step: str
    written: int
    sent: int
    refused: int
    opened: int
    clicked: int
    answered: int


def groups(automation_id: int, since: datetime, goals: Sequence[str]) -> list[Group]:
    """The rounds that began since then, by what became of them, and once more by each way of each split."""
    return [Group(*row) for row in _rows(_GROUPS, _given(automation_id, since, goals))]


def ways(automation_id: int, since: datetime) -> list[StepCount]:
    """How many left each step by each way."""
    return [StepCount(*row) for row in _rows(_WAYS, _given(automation_id, since))]


def messages(automation_id: int, since: datetime) -> dict[str, Written]:
    """What became of what each step wrote."""
    return {row[0]: Written(*row) for row in _rows(_MESSAGES, _given(automation_id, since))}


def followups(automation_id: int, since: datetime) -> dict[str, tuple[int, int]]:
    """How many follow-ups each step made, and how many of them are completed."""
    return {step: (made, done) for step, made, done in _rows(_FOLLOWUPS, _given(automation_id, since))}


def money(automation_id: int, since: datetime) -> list[tuple[str, Decimal]]:
    """What people paid within `WITHIN` of entering, by currency."""
    return [(currency, amount) for currency, amount in _rows(_MONEY, _given(automation_id, since))]


def _given(automation_id: int, since: datetime, goals: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "automation": automation_id,
        "since": since,
        "within": WITHIN,
        "goals": list(goals or PAYMENTS),
        "payments": list(PAYMENTS),
        "replies": list(REPLIES),
    }


def _rows(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


_ROUNDS = """
rounds AS MATERIALIZED (
    SELECT id, contact_id, status, stop_reason, entered_at, coalesce(ended_at, 'infinity'::timestamptz) AS ended_at, cause_id
    FROM automation_enrollment WHERE automation_id = %(automation)s AND entered_at >= %(since)s
)
"""

_GROUPS = f"""
WITH {_ROUNDS}, outcome AS MATERIALIZED (
    SELECT r.id, r.status, r.stop_reason,
        EXISTS (SELECT FROM crm_event e WHERE e.contact_id = r.contact_id AND e.kind = ANY (%(replies)s) AND e.two_way
            AND e.recorded_at >= r.entered_at AND e.recorded_at < r.entered_at + %(within)s
            AND e.id IS DISTINCT FROM r.cause_id) AS replied,
        r.stop_reason = 'goal_met' OR EXISTS (
            SELECT FROM crm_event e WHERE e.contact_id = r.contact_id AND e.kind = ANY (%(goals)s)
            AND e.recorded_at >= r.entered_at AND e.recorded_at < r.entered_at + %(within)s
            AND e.id IS DISTINCT FROM r.cause_id) AS converted
    FROM rounds r
), fell AS (
    SELECT DISTINCT v.enrollment_id, v.step, v.way FROM automation_stepvisit v JOIN rounds r ON r.id = v.enrollment_id
    WHERE v.kind = 'split' AND v.way <> ''
)
SELECT '', '', status, stop_reason, count(*), count(*) FILTER (WHERE replied), count(*) FILTER (WHERE converted)
FROM outcome GROUP BY status, stop_reason
UNION ALL
SELECT f.step, f.way, '', '', count(*), count(*) FILTER (WHERE replied), count(*) FILTER (WHERE converted)
FROM fell f JOIN outcome o ON o.id = f.enrollment_id GROUP BY f.step, f.way
ORDER BY 1, 2, 3, 4
"""

_WAYS = f"""
WITH {_ROUNDS}
SELECT v.step, v.kind, v.way, count(DISTINCT v.enrollment_id)
FROM automation_stepvisit v JOIN rounds r ON r.id = v.enrollment_id
GROUP BY v.step, v.kind, v.way ORDER BY 1, 3
"""

_MESSAGES = f"""
WITH {_ROUNDS}, written AS MATERIALIZED (
    SELECT v.step, (v.data ->> 'message')::bigint AS id FROM automation_stepvisit v JOIN rounds r ON r.id = v.enrollment_id
    WHERE v.data ? 'message' AND v.data ->> 'message' IS NOT NULL
)
SELECT w.step, count(*), count(*) FILTER (WHERE m.status IN ('sent', 'delivered', 'read')),
    count(*) FILTER (WHERE m.status IN ('suppressed', 'failed', 'bounced')),
    count(*) FILTER (WHERE EXISTS (SELECT FROM messaging_messageevent e
        WHERE e.message_id = m.id AND e.kind = 'opened' AND e.actor = 'person')),
    count(*) FILTER (WHERE EXISTS (SELECT FROM messaging_messageevent e
        WHERE e.message_id = m.id AND e.kind = 'clicked' AND e.actor = 'person')),
    count(*) FILTER (WHERE EXISTS (SELECT FROM messaging_message a
        WHERE a.contact_id = m.contact_id AND a.direction = 'in' AND a.answers = m.id))
FROM written w JOIN messaging_message m ON m.id = w.id GROUP BY w.step
"""

_FOLLOWUPS = f"""
WITH {_ROUNDS}
SELECT v.step, count(*), count(*) FILTER (WHERE f.status = 'completed')
FROM automation_stepvisit v JOIN rounds r ON r.id = v.enrollment_id
JOIN followups_followup f ON f.id = (v.data ->> 'followup')::bigint
WHERE v.data ? 'followup' AND f.deleted_at IS NULL GROUP BY v.step
"""

_MONEY = f"""
WITH {_ROUNDS}, paid AS (
    -- Somebody with several rounds paid once.
    SELECT DISTINCT e.id, upper(e.data ->> 'currency') AS currency, e.data ->> 'amount' AS amount
    FROM rounds r JOIN crm_event e ON e.contact_id = r.contact_id AND e.kind = ANY (%(payments)s)
    WHERE r.status <> 'held_out' AND e.recorded_at >= r.entered_at AND e.recorded_at < r.entered_at + %(within)s
        AND e.data ->> 'amount' ~ '^[0-9]{{1,15}}([.][0-9]{{1,6}})?$' AND length(e.data ->> 'currency') = 3
)
SELECT currency, sum(amount::numeric) FROM paid GROUP BY currency ORDER BY 2 DESC, 1
"""
