"""What those who are about to be written to have had lately, and how far this run is: the facts of the caps (D12).

Nothing is read where nobody can come to a step that writes. Whoever does is locked until the batch is written, so that two
workers never fill the same gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from automation.compiling import graphs as graphs_of
from automation.engine.facts import Facts
from automation.engine.graph import Graph
from automation.engine.sending import last_run, when_to_send
from automation.models import AutomationVersion
from automation.rounds import Round, state_of
from automation.steps.shape import Case
from crm.sql_arrays import id_array

DAY = timedelta(days=1)
#: The room of advisory locks for contacts who are about to be written to, and for automations whose runs are counted.
CONTACTS, RUNS = 20_261_121, 20_261_122
#: Past every batch: whoever comes to a step within this very turn waits for the next run.
NOT_YET = 1_000_000


def touches_of(
    rows: Sequence[Round], graphs: Mapping[int, Graph], *, now: datetime
) -> tuple[Mapping[int, Sequence[datetime]], int | None]:
    """When automations wrote lately to each contact who may be written to now, and how many messages a day is to have at
    most; None where there is no cap. Call inside the transaction that holds the rows."""
    near = {place for place in {(row.automation_version_id, row.step) for row in rows} if _may_write(*place, graphs)}
    ids = sorted({row.contact_id for row in rows if (row.automation_version_id, row.step) in near})
    most = _hold(ids) if ids else None
    return (_touches(ids, now) if most is not None else {}), most


def _may_write(version_id: int, step: str, graphs: Mapping[int, Graph]) -> bool:
    """Whether a turn that begins there may come to a step that writes."""
    graph = graphs.get(version_id)
    return graph is not None and any(_writes(graph, one) for one in graph.asked_from(step))


def _writes(graph: Graph, step: str) -> bool:
    return step in graph.steps and graph.steps[step].group == "message"


def _hold(contact_ids: Sequence[int]) -> int | None:
    """Keep other workers from deciding about the same people until this transaction ends, always in the same order; returns
    the most messages of a day, None where there is no cap and nothing to hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.automations_per_day, pg_advisory_xact_lock(%s, (t.id %% 2147483647)::int)"
            " FROM messaging_contactpolicy p, unnest(%s::bigint[]) AS t(id) WHERE p.automations_per_day IS NOT NULL",
            [CONTACTS, id_array(contact_ids)],
        )
        rows = cursor.fetchall()
    return int(rows[0][0]) if rows else None


def _touches(ids: Sequence[int], now: datetime) -> dict[int, list[datetime]]:
    """When automations wrote to each within the last 24 hours, or will once the gate lets them; oldest first. What was
    refused or came back does not count."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHES, [id_array(ids), now - DAY])
        found: dict[int, list[datetime]] = defaultdict(list)
        for contact_id, at in cursor.fetchall():
            found[contact_id].append(at)
    return found


_TOUCHES = """
SELECT t.id, coalesce(m.allowed_at, greatest(m.send_after, m.created_at)) AS at
FROM unnest(%s::bigint[]) AS t(id)
CROSS JOIN LATERAL (
    SELECT kind, status, allowed_at, send_after, created_at FROM messaging_message
    WHERE contact_id = t.id ORDER BY id DESC LIMIT 100
) m
WHERE m.kind = 'automation' AND m.status NOT IN ('suppressed', 'failed', 'bounced')
    AND coalesce(m.allowed_at, greatest(m.send_after, m.created_at)) > %s
ORDER BY t.id, at
"""


def add_places(found: dict[int, Facts], rows: Sequence[Round], graphs: Mapping[int, Graph], now: datetime) -> None:
    """Add to the facts how many messages of the automation's present run came before each. A run begins at a time of day
    on the person's own clock, so people of two zones are in two runs."""
    counted = [row for row in rows if row.pk in found and _in_batches(row, graphs)]
    if not counted:
        return
    with connection.cursor() as cursor:
        ids = sorted({row.automation_id for row in counted})
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, (id %% 2147483647)::int) FROM unnest(%s::bigint[]) AS t(id)", [RUNS, ids]
        )
    standing = {row.pk for row in counted if _writes(graphs[row.automation_version_id], row.step)}
    runs = {}
    for row in counted:
        found[row.pk] = replace(found[row.pk], place=NOT_YET if row.pk not in standing else 0)
        rules = graphs[row.automation_version_id].rules
        runs[row.pk] = last_run(now, rules.runs_at, found[row.pk].zone, rules.window)
    sent = _sent({(row.automation_id, runs[row.pk]) for row in counted})
    for row in counted:
        facts, key = found[row.pk], (row.automation_id, runs[row.pk])
        case = Case(graphs[row.automation_version_id], state_of(row), facts, now)
        if row.pk in standing and when_to_send(case) is None:
            found[row.pk] = replace(facts, place=sent[key])
            sent[key] += 1


def _in_batches(row: Round, graphs: Mapping[int, Graph]) -> bool:
    graph = graphs.get(row.automation_version_id)
    return graph is not None and graph.rules.batch_size is not None


def _sent(runs: set[tuple[int, datetime]]) -> dict[tuple[int, datetime], int]:
    """How many messages each automation has handed over since each run began, counted up to what a run may have."""
    ids = AutomationVersion.objects.filter(automation__in={pk for pk, _ in runs}, in_use=True).values_list(
        "pk", flat=True
    )
    steps = [
        (graph.automation_id, graph.version_id, step.id, graph.rules.batch_size or NOT_YET)
        for graph in graphs_of(ids).values()
        for step in graph.steps.values()
        if step.group == "message"
    ]
    asked = [(key, version, step, most) for key in runs for pk, version, step, most in steps if pk == key[0]]
    counts = dict.fromkeys(runs, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT,
            [
                [version for _, version, _, _ in asked],
                [step for _, _, step, _ in asked],
                [key[1] for key, _, _, _ in asked],
                [most for _, _, _, most in asked],
            ],
        )
        for place, count in cursor.fetchall():
            counts[asked[place - 1][0]] += count
    return counts


_SENT = """
SELECT t.place, count(*)
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::int[]) WITH ORDINALITY AS t(version, step, since, most, place)
CROSS JOIN LATERAL (
    SELECT at FROM automation_stepvisit v WHERE v.automation_version_id = t.version AND v.step = t.step AND v.way <> ''
    ORDER BY v.id DESC LIMIT t.most
) last
WHERE last.at >= t.since GROUP BY t.place
"""
