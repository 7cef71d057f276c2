"""Letting people in: the rules of entry, asked for a whole set, and the rows (D5, D11, D15)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from automation.behind import Asked, Behind, behind
from automation.braking import count, room
from automation.compiling import graphs
from automation.engine.entry import INSIDE_ALREADY, Before, too_deep, why_not_again
from automation.engine.exits import WHO
from automation.engine.graph import RULES, Graph
from automation.engine.state import WORDS
from automation.holding_out import is_held_out
from automation.keeping_clear import concerned, hold
from automation.models import Automation, AutomationState, EnrollmentStatus
from automation.pulling import FULL, pull
from automation.refusing import Refusal, write_refusals
from crm.causes import AUTOMATION
from crm.conditions.facts import facts_of
from crm.conditions.matching import matches
from crm.conditions.tree import Condition
from crm.models import Contact, Organisation
from crm.sql_arrays import array, id_array, text_array
from crm.timeline import Happening, record

ENTERED = "automation_entered"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody whom a trigger or a person names. `at` is the moment that counts as the beginning; `about` is the record,
    as "invoice:12"; `words` are facts for messages. `deliberate`: somebody saw how many they are, so that the brake does not
    count them."""

    automation_id: int
    contact_id: int
    at: datetime
    about: str = ""
    cause_id: int | None = None
    depth: int = 0
    by_id: int | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    deliberate: bool = False
    #: What a trigger of time calls it: the same occasion lets nobody in twice, whatever the rules say.
    occasion: str = ""


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
            why = _closed(one, live) or known[live[one.automation_id]].broken
            if why:
                result.refused[_key(one)] = why
            else:
                allowed.append(one)
        held = concerned() if allowed else set()
        hold({one.contact_id for one in allowed if one.automation_id in held})
        contacts = _alive({one.contact_id for one in allowed})  # now: who is held may have been waited for
        before = behind(
            Asked(one.contact_id, one.automation_id, _per(one, known[live[one.automation_id]]), one.occasion)
            for one in allowed
        )
        facts, zone = _facts(allowed, live, known)
        rows = []
        for one in allowed:
            graph, mine = known[live[one.automation_id]], before[one.contact_id]
            if one.occasion and (one.automation_id, one.occasion) in mine.occasions:
                continue
            why = "" if one.contact_id in contacts else "The contact was deleted."
            why = why or _refused(one, graph, mine, facts, zone, now)
            if why:
                result.refused[_key(one)] = why
            else:
                rows.append((one, graph, _admit(one, graph, mine, now)))
        rows, full = _with_room(rows, result, now)
        result.ids = _insert(rows, now)
        for one, _, _ in rows:
            if _key(one) not in result.ids:
                result.refused[_key(one)] = INSIDE_ALREADY
        count(Counter(one.automation_id for one, _, _ in rows if _counts(one) and _key(one) in result.ids), now)
        pull(full, now)
        _tell([one for one, graph, _ in rows if _key(one) in result.ids and not _held_out(one, graph)], now)
        write_refusals(
            [
                Refusal(one.automation_id, one.contact_id, result.refused[_key(one)], one.about, one.cause_id)
                for one in _first_of_each(entries)
                if _key(one) in result.refused
            ],
            now=now,
        )
    return result


def _with_room(
    rows: list[tuple[Entry, Graph, int]], result: Entered, now: datetime
) -> tuple[list[tuple[Entry, Graph, int]], set[int]]:
    """Those for whom the brakes leave room today, and the automations whose day is full."""
    left = room({one.automation_id for one, _, _ in rows if _counts(one)}, now) if rows else {}
    kept, full = [], set()
    for row in rows:
        one, places = row[0], left.get(row[0].automation_id)
        if not _counts(one) or places is None:
            kept.append(row)
        elif places > 0:
            kept.append(row)
            left[one.automation_id] = places - 1
        else:
            full.add(one.automation_id)
            result.refused[_key(one)] = FULL
    return kept, full


def _counts(one: Entry) -> bool:
    return not one.deliberate


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
    return too_deep(one.depth)


def _alive(contact_ids: set[int]) -> set[int]:
    return set(Contact.objects.alive().filter(pk__in=contact_ids).values_list("pk", flat=True))


def _facts(
    entries: Sequence[Entry], live: Mapping[int, int], known: Mapping[int, Graph]
) -> tuple[dict[int, dict[str, Any]], str]:
    """What the conditions for entering ask of each person, and the zone in which days are counted."""
    asked = [
        found
        for automation_id in {one.automation_id for one in entries}
        if isinstance(found := known[live[automation_id]].conditions.get((RULES, WHO)), Condition)
    ]
    if not asked:
        return {}, "UTC"
    return facts_of(asked, [one.contact_id for one in entries]), Organisation.objects.current().time_zone


def _per(one: Entry, graph: Graph) -> str:
    return one.about if graph.rules.per_record else ""


def _refused(
    one: Entry, graph: Graph, mine: Behind, facts: Mapping[int, Mapping[str, Any]], zone: str, now: datetime
) -> str:
    """Why they stay out; empty lets them in."""
    again = why_not_again(mine.rounds.get((one.automation_id, _per(one, graph))), graph.rules, now)
    if again:
        return again
    others = {automation_id for (automation_id, _), was in mine.rounds.items() if was.inside}
    if others & set(graph.rules.not_while_in):
        return "They are in another automation that this one keeps clear of."
    who = graph.conditions.get((RULES, WHO))
    if isinstance(who, str):
        return f"Whom it is for cannot be worked out: {who}"
    if who is not None and not matches(who, facts[one.contact_id], now=now, zone=zone):
        return "They do not fit the condition for entering."
    return ""


def _admit(one: Entry, graph: Graph, mine: Behind, now: datetime) -> int:
    """Remember that they are inside now, for those who come after in this set; returns the number of the round."""
    was = mine.rounds.setdefault((one.automation_id, _per(one, graph)), Before())
    was.rounds += 1
    was.inside = not _held_out(one, graph)
    was.entered.append(now)
    return was.rounds


def _held_out(one: Entry, graph: Graph) -> bool:
    return is_held_out(one.automation_id, one.contact_id, graph.rules.hold_out_percent)


def _insert(rows: Sequence[tuple[Entry, Graph, int]], now: datetime) -> dict[tuple[int, int, str], int]:
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO automation_enrollment (automation_id, automation_version_id, contact_id, about, per, round,
                status, step, since, visits, memory, why, next_at, entered_at, ended_at, stop_reason, entered_by_id,
                cause_id, depth, attempts, paused_by, occasion)
            SELECT t.automation, t.version, t.contact, t.about, t.per, t.round, t.status, t.step, t.at, 0,
                t.memory::jsonb, '', CASE t.status WHEN 'active' THEN %(now)s END, t.at,
                CASE t.status WHEN 'active' THEN NULL ELSE %(now)s END, '', t.by, t.cause, t.depth, 0, '',
                t.occasion
            FROM unnest(%(automation)s::bigint[], %(version)s::bigint[], %(contact)s::bigint[], %(about)s::text[],
                %(per)s::text[], %(round)s::int[], %(status)s::text[], %(step)s::text[], %(at)s::timestamptz[],
                %(memory)s::text[], %(by)s::bigint[], %(cause)s::bigint[], %(depth)s::int[],
                %(occasion)s::text[])
                AS t(automation, version, contact, about, per, round, status, step, at, memory, by, cause, depth, occasion)
            ON CONFLICT DO NOTHING
            RETURNING automation_id, contact_id, about, id
            """,
            {
                "now": now,
                "automation": id_array(one.automation_id for one, _, _ in rows),
                "version": id_array(graph.version_id for _, graph, _ in rows),
                "contact": id_array(one.contact_id for one, _, _ in rows),
                "about": text_array(one.about for one, _, _ in rows),
                "per": text_array(_per(one, graph) for one, graph, _ in rows),
                "round": id_array(number for _, _, number in rows),
                "status": text_array(
                    EnrollmentStatus.HELD_OUT if _held_out(one, graph) else EnrollmentStatus.ACTIVE
                    for one, graph, _ in rows
                ),
                "step": text_array(graph.start or "" for _, graph, _ in rows),
                "at": array(one.at for one, _, _ in rows),
                "memory": text_array(_memory(one) for one, _, _ in rows),
                "by": array(one.by_id for one, _, _ in rows),
                "cause": array(one.cause_id for one, _, _ in rows),
                "depth": id_array(one.depth for one, _, _ in rows),
                "occasion": text_array(one.occasion for one, _, _ in rows),
            },
        )
        return {(automation, contact, about): pk for automation, contact, about, pk in cursor.fetchall()}


def _memory(one: Entry) -> str:
    return json.dumps({WORDS: dict(one.words)} if one.words else {})


def _tell(entries: Sequence[Entry], now: datetime) -> None:
    """Say on the timelines who has entered, as one set. The automation itself does not react to it."""
    if not entries:
        return
    names = dict(Automation.objects.filter(pk__in={one.automation_id for one in entries}).values_list("pk", "name"))
    record(
        [
            Happening(
                ENTERED, one.contact_id, now,
                actor="person" if one.by_id else "system", user_id=one.by_id,
                subject_kind="automation", subject_id=one.automation_id,
                data={"automation": names[one.automation_id], AUTOMATION: one.automation_id},
                cause_id=one.cause_id, depth=one.depth + 1,
            )
            for one in entries
        ],
        now=now,
    )  # fmt: skip
