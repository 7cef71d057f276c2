"""What the digests of a morning need to know, for all people who are due at once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection

from crm.models.contact import ACTIVE_LIFECYCLES
from crm.zones import day_after, local_day, moment
from followups.lifecycle import OPEN
from followups.reading.rows import NAME_COLUMNS, contact_name, whom

#: How many lines of each kind a mail carries; it says how many more there are.
MOST_LATE, MOST_TODAY, MOST_QUIET = 10, 15, 5
#: Counting stops here.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Due:
    """One follow-up that is overdue or due today."""

    id: int
    subject: str
    who: str
    contact_id: int | None
    kind: str
    priority: str
    due_at: datetime | None
    due_by: datetime
    late: bool
    speed_to_lead: bool
    moved: int


@dataclass(frozen=True, slots=True)
class QuietClient:
    """A contact past its rhythm, `days` since the last real contact, or one with nothing planned."""

    id: int
    name: str
    days: int
    rhythm: int


@dataclass(slots=True)
class Facts:
    """One person's morning. Counts stop at MOST_COUNTED where the words say so."""

    overdue: int = 0
    today: int = 0
    done_yesterday: int = 0
    missed_yesterday: int = 0
    lines: list[Due] = field(default_factory=list)
    rotting: int = 0
    quiet: list[QuietClient] = field(default_factory=list)
    unplanned: int = 0
    unplanned_names: list[QuietClient] = field(default_factory=list)


def load_facts(zones: Mapping[int, str], detailed: Collection[int], now: datetime) -> dict[int, Facts]:
    """Facts by person: counts for everybody in `zones`, lines only for the `detailed` ones."""
    facts = {person: Facts() for person in zones}
    edges = _edges(zones, now)
    _count_open(facts, edges, now)
    _count_yesterday(facts, edges)
    _count_clients(facts, edges, now)
    some = {person: edges[person] for person in detailed}
    _read_lines(facts, some, now)
    _read_clients(facts, some, now)
    return facts


@dataclass(frozen=True, slots=True)
class _Edges:
    yesterday: datetime
    midnight: datetime
    tonight: datetime


def _edges(zones: Mapping[int, str], now: datetime) -> dict[int, _Edges]:
    found = {}
    for person, zone_name in zones.items():
        today = local_day(now, zone_name)
        midnight = moment(today, time(), zone_name)
        yesterday = moment(today - timedelta(days=1), time(), zone_name)
        found[person] = _Edges(yesterday, midnight, day_after(today, zone_name))
    return found


def _ask(sql: str, edges: Mapping[int, _Edges], now: datetime | None = None) -> list[dict[str, Any]]:
    """Run a query over the people as `p(id, yesterday, midnight, tonight)`."""
    people = "unnest(%(ids)s::bigint[], %(yesterdays)s::timestamptz[], %(midnights)s::timestamptz[], %(tonights)s::timestamptz[])"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.replace("{people}", f"{people} AS p(id, yesterday, midnight, tonight)"),
            {
                "ids": list(edges),
                "yesterdays": [one.yesterday for one in edges.values()],
                "midnights": [one.midnight for one in edges.values()],
                "tonights": [one.tonight for one in edges.values()],
                "now": now,
                "open": list(OPEN),
                "active": [str(one) for one in ACTIVE_LIFECYCLES],
                "most": MOST_COUNTED,
                "late": MOST_LATE,
                "today": MOST_TODAY,
                "quiet": MOST_QUIET,
            },
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_SOURCE = """followups_followup f LEFT JOIN crm_contact c ON c.id = f.contact_id
    LEFT JOIN crm_partner g ON g.id = f.partner_id"""
#: Open, awake, and its client still there, or its partner where it has no client.
_MINE = """c.deleted_at IS NULL AND (f.contact_id IS NOT NULL OR g.deleted_at IS NULL) AND f.assignee_id = p.id AND f.deleted_at IS NULL AND f.status = ANY(%(open)s)
    AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(now)s)"""


def _count_open(facts: dict[int, Facts], edges: Mapping[int, _Edges], now: datetime) -> None:
    sql = f"""
        SELECT p.id, x.overdue, x.today FROM {{people}} CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE f.due_by <= %(now)s) AS overdue,
                count(*) FILTER (WHERE f.due_by > %(now)s) AS today
            FROM {_SOURCE} WHERE {_MINE} AND f.due_by <= p.tonight) x
    """
    for row in _ask(sql, edges, now):
        facts[row["id"]].overdue, facts[row["id"]].today = row["overdue"], row["today"]


def _count_yesterday(facts: dict[int, Facts], edges: Mapping[int, _Edges]) -> None:
    sql = """
        SELECT p.id,
            (SELECT count(*) FROM followups_followup f WHERE f.completed_by_id = p.id AND f.completed_at >= p.yesterday
                AND f.completed_at < p.midnight AND f.deleted_at IS NULL) AS done,
            (SELECT count(*) FROM followups_followup f WHERE f.assignee_id = p.id AND f.missed_at >= p.yesterday
                AND f.missed_at < p.midnight AND f.deleted_at IS NULL AND f.status = ANY(%(open)s)) AS missed
        FROM {people}
    """
    for row in _ask(sql, edges):
        facts[row["id"]].done_yesterday, facts[row["id"]].missed_yesterday = row["done"], row["missed"]


_ALIVE = "c.owner_id = p.id AND c.deleted_at IS NULL AND c.lifecycle = ANY(%(active)s)"


def _count_clients(facts: dict[int, Facts], edges: Mapping[int, _Edges], now: datetime) -> None:
    sql = f"""
        SELECT p.id,
            (SELECT count(*) FROM (SELECT FROM crm_contact c WHERE {_ALIVE} AND c.rots_at <= %(now)s LIMIT %(most)s) few) AS rotting,
            (SELECT count(*) FROM (SELECT FROM crm_contact c WHERE {_ALIVE} AND c.next_due_by IS NULL LIMIT %(most)s) few) AS unplanned
        FROM {{people}}
    """
    for row in _ask(sql, edges, now):
        facts[row["id"]].rotting, facts[row["id"]].unplanned = row["rotting"], row["unplanned"]


def _read_lines(facts: dict[int, Facts], edges: Mapping[int, _Edges], now: datetime) -> None:
    """Overdue ones by urgency and lateness, then today's by time."""
    names = ", ".join(f"c.{column} AS c_{column}" for column in NAME_COLUMNS)
    rank = "array_position(ARRAY['urgent', 'high', 'medium', 'low'], f.priority::text)"
    columns = (
        "f.id AS followup_id, f.subject, f.priority, f.due_at, f.due_by, f.speed_to_lead,"
        f" f.snooze_count + f.reschedule_count AS moved, f.contact_id, g.name AS partner__name, t.name AS kind, {names}"
    )
    source = f"{_SOURCE} JOIN followups_followuptype t ON t.id = f.type_id"
    sql = f"""
        SELECT p.id AS person_id, x.* FROM {{people}} CROSS JOIN LATERAL (
            (SELECT {columns}, true AS late FROM {source} WHERE {_MINE} AND f.due_by <= %(now)s
                ORDER BY f.speed_to_lead DESC, {rank}, f.due_by, f.id LIMIT %(late)s)
            UNION ALL
            (SELECT {columns}, false AS late FROM {source} WHERE {_MINE} AND f.due_by > %(now)s AND f.due_by <= p.tonight
                ORDER BY f.due_by, f.id LIMIT %(today)s)) x
    """
    for row in _ask(sql, edges, now):
        facts[row["person_id"]].lines.append(
            Due(
                id=row["followup_id"],
                subject=row["subject"],
                who=whom(row, prefix="c_"),
                contact_id=row["contact_id"],
                kind=row["kind"],
                priority=row["priority"],
                due_at=row["due_at"],
                due_by=row["due_by"],
                late=row["late"],
                speed_to_lead=row["speed_to_lead"],
                moved=row["moved"],
            )
        )


def _read_clients(facts: dict[int, Facts], edges: Mapping[int, _Edges], now: datetime) -> None:
    """The longest silences, and the oldest of those for whom nothing is planned."""
    columns = ", ".join(f"c.{column}" for column in NAME_COLUMNS)
    columns += ", coalesce(c.last_two_way_at, c.created_at) AS quiet_since, c.expected_rhythm"
    sql = f"""
        SELECT p.id AS person_id, x.* FROM {{people}} CROSS JOIN LATERAL (
            (SELECT {columns}, true AS quiet FROM crm_contact c WHERE {_ALIVE} AND c.rots_at <= %(now)s
                ORDER BY c.rots_at, c.id LIMIT %(quiet)s)
            UNION ALL
            (SELECT {columns}, false AS quiet FROM crm_contact c WHERE {_ALIVE} AND c.next_due_by IS NULL
                AND NOT c.rots_at <= %(now)s ORDER BY c.rots_at, c.id LIMIT %(quiet)s)) x
    """
    for row in _ask(sql, edges, now):
        client = QuietClient(
            row["id"], contact_name(row, prefix=""), (now - row["quiet_since"]).days, row["expected_rhythm"]
        )
        mine = facts[row["person_id"]]
        (mine.quiet if row["quiet"] else mine.unplanned_names).append(client)


def combined(facts: Mapping[int, Facts], people: Sequence[int]) -> Facts:
    """The counts of several people together."""
    total = Facts()
    for one in (facts[person] for person in people if person in facts):
        total.overdue += one.overdue
        total.today += one.today
        total.rotting += one.rotting
        total.unplanned += one.unplanned
        total.done_yesterday += one.done_yesterday
        total.missed_yesterday += one.missed_yesterday
    return total
