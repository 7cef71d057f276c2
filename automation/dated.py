"""Whom a trigger of time looks for, found in the database: one statement for each piece of a window, along an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from automation.engine.exits import WHO
from automation.engine.graph import RULES, Graph
from automation.triggers.date_field import CREATED
from automation.triggers.timed import ByDate, Everybody, Occasion, Query, Quiet, Unanswered
from crm.conditions.compiling import as_q
from crm.conditions.tree import Condition
from crm.models import Contact
from crm.whereabouts import whereabouts
from crm.zones import local_day, moment, zone_names

#: So many rows are looked at in one piece.
BATCH = 1_000
#: Nobody came before this year.
FIRST_YEAR = 1990
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is due: since when, and the occasion, which lets in once. `about` is their record, as "document:12"."""

    contact_id: int
    at: datetime
    occasion: str
    about: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """`after`: the last row that was looked at, where there may be more; None at the end of the window."""

    people: list[Candidate]
    after: int | None


def find(query: Query, graph: Graph, *, after: int, zone: str, now: datetime) -> Found:
    """The next piece of whom a window names, past the row numbered `after`. `zone` is the organisation's: who has none of
    their own lives by it."""
    rows, people = _FINDERS[type(query)](query, graph, after, zone, now)
    return Found(people, rows[-1][0] if len(rows) == BATCH else None)


def _by_date(query: ByDate, graph: Graph, after: int, zone: str, now: datetime) -> _Piece:
    """Contacts by a day of theirs, or documents by their last one."""
    meant: dict[str, list[Occasion]] = defaultdict(list)
    for wanted in query.wanted:
        for text in wanted.days:
            meant[text].append(wanted.occasion)
    rows = _dated_rows(query, sorted(meant), _elsewhere(one.occasion for one in query.wanted), after, now)
    people = []
    for pk, contact_id, their_zone, phone, country, value, more in rows:
        where = _zone_of(their_zone, phone, country, zone)
        day = local_day(value, where) if isinstance(value, datetime) else date.fromisoformat(str(value))
        for one in meant.get(f"{day:%m-%d}" if query.yearly else day.isoformat(), ()):
            years = one.on.year - day.year
            if not one.holds_in(where) or (query.yearly and years < 1):
                continue
            record = f"document:{pk}" if query.of_documents else ""
            people.append(
                Candidate(
                    contact_id, moment(one.on, query.at, where), f"{query.name}:{one.on}{record and ':'}{record}", record,
                    {"date": day.isoformat(), **({"years": years} if query.yearly else {}), **more},
                )
            )  # fmt: skip
    return rows, people


def _dated_rows(query: ByDate, days: list[str], elsewhere: list[str], after: int, now: datetime) -> list[Any]:
    values: dict[str, Any] = {"after": after, "elsewhere": elsewhere, "batch": BATCH, "days": days}
    if query.of_documents:
        sql = _DOCUMENTS
        values["kind"] = query.document_kind
    elif query.field == CREATED:
        sql = _ARRIVED
        ranges = [span for day in days for span in _around(day, now.year)]
        values |= {"low": [low for low, _ in ranges], "high": [high for _, high in ranges]}
    else:
        sql = _DAYS
        values["slug"] = query.field
        values["keys"] = [f"{query.field} {day[-5:]}" for day in days]
        values["every"] = query.yearly
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [(*row[:6], {"document": row[6]} if row[6] else {}) for row in cursor.fetchall()]


def _around(day: str, this_year: int) -> Iterable[tuple[datetime, datetime]]:
    """The moments that may be that local day somewhere: of one year, or of all up to now."""
    years = [int(day[:4])] if len(day) == 10 else range(FIRST_YEAR, this_year + 1)
    for year in years:
        try:
            start = datetime(year, int(day[-5:-3]), int(day[-2:]), tzinfo=UTC)
        except ValueError:  # no 29 February in that year
            continue
        yield start - DAY, start + 2 * DAY


def _everybody(query: Everybody, graph: Graph, after: int, zone: str, now: datetime) -> _Piece:
    """Those who fit whom it is for, or are in the audience, where the day has come."""
    who = graph.conditions.get((RULES, WHO))
    people = Contact.objects.alive().filter(pk__gt=after).exclude(time_zone__in=_elsewhere(query.occasions))
    if query.audience is not None:
        people = people.filter(audience_members__audience=query.audience)
    if isinstance(who, Condition):
        people = people.filter(as_q(who, now=now, zone=zone))
    rows = list(people.order_by("pk").values_list("pk", "time_zone", "phone", "country")[:BATCH])
    found = []
    for pk, their_zone, phone, country in rows:
        where = _zone_of(their_zone, phone, country, zone)
        found += [
            Candidate(pk, moment(one.on, query.at, where), f"{query.name}:{one.on}", words={"date": one.on.isoformat()})
            for one in query.occasions
            if one.holds_in(where)
        ]
    return rows, found


def _quiet(query: Quiet, graph: Graph, after: int, zone: str, now: datetime) -> _Piece:
    with connection.cursor() as cursor:
        cursor.execute(_QUIET, {"since": query.since, "until": query.until, "after": after, "batch": BATCH})
        rows = cursor.fetchall()
    span = timedelta(days=query.days)
    return rows, [
        Candidate(
            pk, quiet + span, f"quiet:{query.days}:{quiet.astimezone(UTC).isoformat()}",
            words={"days_inactive": query.days, "quiet_since": quiet.date().isoformat()},
        )
        for pk, quiet in rows
    ]  # fmt: skip


def _unanswered(query: Unanswered, graph: Graph, after: int, zone: str, now: datetime) -> _Piece:
    with connection.cursor() as cursor:
        cursor.execute(
            _UNANSWERED,
            {"since": query.since, "until": query.until, "after": after, "batch": BATCH, "template": query.template},
        )
        rows = cursor.fetchall()
    span = timedelta(days=query.days)
    return rows, [
        Candidate(
            contact_id, sent + span, f"unanswered:{query.days}:{message_id}",
            words={"subject": subject or "", "message_id": message_id, "sent_on": sent.date().isoformat()},
        )
        for _, contact_id, sent, message_id, subject in rows
    ]  # fmt: skip


def _zone_of(stated: str, phone: str, country: str, zone: str) -> str:
    place = whereabouts(stated, phone, country)
    name = place.zone_name if place else zone
    return name if name in zone_names() else "UTC"


def _elsewhere(occasions: Iterable[Occasion]) -> list[str]:
    """The zones in which none of them comes: who is known to live there is not looked at."""
    wanted: set[str] = set()
    for one in occasions:
        if one.zones is None:
            return []
        wanted |= one.zones
    return sorted(zone_names() - wanted)


_Piece = tuple[list[Any], list[Candidate]]
_FINDERS: dict[type[Any], Callable[[Any, Graph, int, str, datetime], _Piece]] = {
    ByDate: _by_date,
    Everybody: _everybody,
    Quiet: _quiet,
    Unanswered: _unanswered,
}

# The inner part rides its index whatever the planner thinks of the order.
_DAYS = """
WITH found AS MATERIALIZED (
    SELECT id, time_zone, phone, country, custom ->> %(slug)s AS day FROM crm_contact
    WHERE deleted_at IS NULL AND custom::text ~ '"[0-9]{4}-[0-9]{2}-[0-9]{2}"'
        AND automation_days(custom) && %(keys)s::text[] AND time_zone <> ALL(%(elsewhere)s)
)
SELECT id, id, time_zone, phone, country, day, '' FROM found
WHERE id > %(after)s AND (%(every)s OR day = ANY(%(days)s)) ORDER BY id LIMIT %(batch)s
"""

_ARRIVED = """
WITH found AS MATERIALIZED (
    SELECT DISTINCT c.id, c.time_zone, c.phone, c.country, c.created_at
    FROM unnest(%(low)s::timestamptz[], %(high)s::timestamptz[]) AS r(low, high)
    JOIN crm_contact c ON c.created_at >= r.low AND c.created_at < r.high
    WHERE c.deleted_at IS NULL AND c.time_zone <> ALL(%(elsewhere)s)
)
SELECT id, id, time_zone, phone, country, created_at, '' FROM found WHERE id > %(after)s ORDER BY id LIMIT %(batch)s
"""

_DOCUMENTS = """
WITH found AS MATERIALIZED (
    SELECT d.id, d.contact_id, c.time_zone, c.phone, c.country, d.expires_on, d.name
    FROM crm_document d JOIN crm_contact c ON c.id = d.contact_id
    WHERE d.deleted_at IS NULL AND d.expires_on = ANY(%(days)s::date[]) AND c.deleted_at IS NULL
        AND d.state IN ('received', 'approved', 'expired') AND (%(kind)s::bigint IS NULL OR d.kind_id = %(kind)s)
        AND c.time_zone <> ALL(%(elsewhere)s)
        AND NOT EXISTS (
            SELECT FROM crm_document r WHERE r.replaces_id = d.id AND r.deleted_at IS NULL
                AND r.state IN ('received', 'approved'))
)
SELECT * FROM found WHERE id > %(after)s ORDER BY id LIMIT %(batch)s
"""

_QUIET = """
WITH found AS MATERIALIZED (
    SELECT id, coalesce(last_two_way_at, created_at) AS quiet FROM crm_contact
    WHERE deleted_at IS NULL AND lifecycle IN ('new', 'working', 'qualified', 'client')
        AND coalesce(last_two_way_at, created_at) >= %(since)s AND coalesce(last_two_way_at, created_at) < %(until)s
)
SELECT id, quiet FROM found WHERE id > %(after)s ORDER BY id LIMIT %(batch)s
"""

# A message that another followed is not the last one: the later has a window of its own.
_UNANSWERED = """
WITH found AS MATERIALIZED (
    SELECT e.id, e.contact_id, e.occurred_at, e.subject_id, e.data ->> 'subject' AS subject
    FROM crm_event e JOIN crm_contact c ON c.id = e.contact_id
    WHERE e.kind = 'message_sent' AND e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
        AND c.deleted_at IS NULL AND (c.last_two_way_at IS NULL OR c.last_two_way_at < e.occurred_at)
        AND (%(template)s::bigint IS NULL OR EXISTS (
            SELECT FROM messaging_message m WHERE m.id = e.subject_id AND m.template_id = %(template)s))
)
SELECT f.id, f.contact_id, f.occurred_at, f.subject_id, f.subject FROM found f
WHERE f.id > %(after)s AND NOT EXISTS (
    SELECT FROM crm_event l WHERE l.contact_id = f.contact_id AND l.kind = 'message_sent'
        AND (l.occurred_at, l.id) > (f.occurred_at, f.id)
        AND (%(template)s::bigint IS NULL OR EXISTS (
            SELECT FROM messaging_message m WHERE m.id = l.subject_id AND m.template_id = %(template)s)))
ORDER BY f.id LIMIT %(batch)s
"""
