"""Letting people in: the rules of entry, asked for a whole set, and the rows (D5, D11, D15)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from automation.compiling import graphs
from automation.engine.exits import WHO
from automation.engine.graph import RULES, Graph
from automation.engine.state import WORDS
from automation.holding_out import is_held_out
from automation.models import INSIDE, Automation, AutomationState, Enrollment, EnrollmentStatus, RefusedEntry
from crm.conditions.facts import facts_of
from crm.conditions.matching import matches
from crm.conditions.tree import Condition
from crm.models import Contact, Organisation

#: An event with so many causes before it lets nobody in: automations are setting each other off.
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody whom a trigger or a person names. `at` is the moment that counts as the beginning; `about` is the record,
    as "invoice:12"; `words` are facts for messages."""

    automation_id: int
    contact_id: int
    at: datetime
    about: str = ""
    cause_id: int | None = None
    depth: int = 0
    by_id: int | None = None
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Entered:
    """`ids` of the new enrollments by (automation, contact, about), and why the others stay out."""

    ids: dict[tuple[int, int, str], int] = field(default_factory=dict)
    refused: dict[tuple[int, int, str], str] = field(default_factory=dict)


def enroll(entries: Sequence[Entry], *, now: datetime) -> Entered:
    """Let people into active automations, each as its rules say, in a fixed number of statements; a refusal is written
    down with its reason. The same entry twice lets nobody in twice."""
    result = Entered()
    with transaction.atomic():
        live = _live({one.automation_id for one in entries})
        known = graphs(live.values())
        allowed = []
        for one in _first_of_each(entries):
            why = _closed(one, live)
            if why:
                result.refused[_key(one)] = why
            else:
                allowed.append(one)
        contacts = _alive({one.contact_id for one in allowed})
        before = _rounds(allowed)
        facts = _facts(allowed, live, known)
        rows = []
        for one in allowed:
            graph = known[live[one.automation_id]]
            why = _refused(one, graph, one.contact_id in contacts, before, facts, now)
            if why:
                result.refused[_key(one)] = why
            else:
                rows.append((one, graph, _round(one, graph, before)))
        result.ids = _insert(rows, now)
        for one, _, _ in rows:
            if _key(one) not in result.ids:
                result.refused[_key(one)] = "They are inside already."
        _write_refusals([one for one in _first_of_each(entries) if _key(one) in result.refused], result.refused, now)
    return result


def _key(one: Entry) -> tuple[int, int, str]:
    return one.automation_id, one.contact_id, one.about


def _first_of_each(entries: Sequence[Entry]) -> list[Entry]:
    found: dict[tuple[int, int, str], Entry] = {}
    for one in entries:
        found.setdefault(_key(one), one)
    return list(found.values())


def _live(automation_ids: set[int]) -> dict[int, int]:
    rows = Automation.objects.alive().filter(pk__in=automation_ids, state=AutomationState.ACTIVE)
    return {pk: live_id for pk, live_id in rows.values_list("pk", "live_id") if live_id is not None}


def _closed(one: Entry, live: Mapping[int, int]) -> str:
    if one.automation_id not in live:
        return "The automation is not active."
    if one.depth >= DEEPEST:
        return f"It was set off by a chain of {one.depth} automations; that looks like a loop."
    return ""


def _alive(contact_ids: set[int]) -> set[int]:
    return set(Contact.objects.alive().filter(pk__in=contact_ids).values_list("pk", flat=True))


@dataclass(slots=True)
class _Before:
    """What somebody has behind them: in one automation, and where they are now."""

    rounds: int = 0
    inside: bool = False
    last_ended: datetime | None = None


def _rounds(entries: Sequence[Entry]) -> dict[int, dict[tuple[int, str], _Before]]:
    """For each person what they have been through, by automation and record; one query."""
    found: dict[int, dict[tuple[int, str], _Before]] = defaultdict(dict)
    rows = Enrollment.objects.filter(contact__in={one.contact_id for one in entries}).order_by("pk")
    columns = ("contact_id", "automation_id", "per", "round", "status", "ended_at")
    for contact_id, automation_id, per, number, status, ended_at in rows.values_list(*columns):
        one = found[contact_id].setdefault((automation_id, per), _Before())
        one.rounds = max(one.rounds, number)
        one.inside = one.inside or status in INSIDE
        if ended_at is not None:
            one.last_ended = max(ended_at, one.last_ended or ended_at)
    return found


def _facts(entries: Sequence[Entry], live: Mapping[int, int], known: Mapping[int, Graph]) -> dict[int, dict[str, Any]]:
    asked = [
        found
        for automation_id in {one.automation_id for one in entries}
        if isinstance(found := known[live[automation_id]].conditions.get((RULES, WHO)), Condition)
    ]
    return facts_of(asked, [one.contact_id for one in entries]) if asked else {}


def _refused(
    one: Entry,
    graph: Graph,
    alive: bool,
    before: Mapping[int, Mapping[tuple[int, str], _Before]],
    facts: Mapping[int, Mapping[str, Any]],
    now: datetime,
) -> str:
    """Why they stay out; empty lets them in."""
    if not alive:
        return "The contact was deleted."
    mine = before.get(one.contact_id, {})
    again = _again(mine.get((one.automation_id, one.about if graph.rules.per_record else "")), graph, now)
    if again:
        return again
    others = {automation_id for (automation_id, _), was in mine.items() if was.inside}
    if others & set(graph.rules.not_while_in):
        return "They are in another automation that this one keeps clear of."
    who = graph.conditions.get((RULES, WHO))
    if isinstance(who, str):
        return f"Whom it is for cannot be worked out: {who}"
    zone = Organisation.objects.current().time_zone if who is not None else "UTC"
    if who is not None and not matches(who, facts[one.contact_id], now=now, zone=zone):
        return "They do not fit the condition for entering."
    return ""


def _again(was: _Before | None, graph: Graph, now: datetime) -> str:
    if was is None:
        return ""
    if was.inside:
        return "They are inside already."
    rules = graph.rules
    if rules.reentry == "never":
        return "They have been through it once, and nobody goes twice."
    if rules.reentry == "after_days" and was.last_ended is not None:
        until = was.last_ended + timedelta(days=rules.reentry_days)
        if now < until:
            return f"They went through it less than {rules.reentry_days} days ago."
    return ""


def _round(one: Entry, graph: Graph, before: Mapping[int, Mapping[tuple[int, str], _Before]]) -> int:
    was = before.get(one.contact_id, {}).get((one.automation_id, one.about if graph.rules.per_record else ""))
    return was.rounds + 1 if was else 1


def _insert(rows: Sequence[tuple[Entry, Graph, int]], now: datetime) -> dict[tuple[int, int, str], int]:
    if not rows:
        return {}
    held = [is_held_out(one.automation_id, one.contact_id, graph.rules.hold_out_percent) for one, graph, _ in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO automation_enrollment (automation_id, automation_version_id, contact_id, about, per, round,
                status, step, since, visits, memory, why, next_at, entered_at, ended_at, stop_reason, entered_by_id,
                cause_id, depth, attempts, paused_by)
            SELECT t.automation, t.version, t.contact, t.about, t.per, t.round, t.status, t.step, t.at, 0,
                t.memory::jsonb, '', CASE t.status WHEN 'active' THEN %(now)s END, t.at,
                CASE t.status WHEN 'active' THEN NULL ELSE %(now)s END, '', t.by, t.cause, t.depth, 0, ''
            FROM unnest(%(automation)s::bigint[], %(version)s::bigint[], %(contact)s::bigint[], %(about)s::text[],
                %(per)s::text[], %(round)s::int[], %(status)s::text[], %(step)s::text[], %(at)s::timestamptz[],
                %(memory)s::text[], %(by)s::bigint[], %(cause)s::bigint[], %(depth)s::int[])
                AS t(automation, version, contact, about, per, round, status, step, at, memory, by, cause, depth)
            ON CONFLICT DO NOTHING
            RETURNING automation_id, contact_id, about, id
            """,
            {
                "now": now,
                "automation": [one.automation_id for one, _, _ in rows],
                "version": [graph.version_id for _, graph, _ in rows],
                "contact": [one.contact_id for one, _, _ in rows],
                "about": [one.about for one, _, _ in rows],
                "per": [one.about if graph.rules.per_record else "" for one, graph, _ in rows],
                "round": [number for _, _, number in rows],
                "status": [EnrollmentStatus.HELD_OUT if out else EnrollmentStatus.ACTIVE for out in held],
                "step": [graph.start or "" for _, graph, _ in rows],
                "at": [one.at for one, _, _ in rows],
                "memory": [_memory(one) for one, _, _ in rows],
                "by": [one.by_id for one, _, _ in rows],
                "cause": [one.cause_id for one, _, _ in rows],
                "depth": [one.depth for one, _, _ in rows],
            },
        )
        return {(automation, contact, about): pk for automation, contact, about, pk in cursor.fetchall()}


def _memory(one: Entry) -> str:
    return json.dumps({WORDS: dict(one.words)} if one.words else {})


def _write_refusals(entries: Sequence[Entry], refused: Mapping[tuple[int, int, str], str], now: datetime) -> None:
    there = set(Contact.objects.filter(pk__in={one.contact_id for one in entries}).values_list("pk", flat=True))
    RefusedEntry.objects.bulk_create(
        [
            RefusedEntry(
                automation_id=one.automation_id, contact_id=one.contact_id, about=one.about, event_id=one.cause_id,
                at=now, reason=refused[_key(one)][:300],
            )
            for one in entries
            if one.contact_id in there
        ]
    )  # fmt: skip
