"""The facts of a batch of people for the engine, in a fixed number of queries however many they are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from automation.date_facts import read_dates
from automation.engine.events import Seen
from automation.engine.facts import Facts
from automation.engine.graph import RULES, Graph
from automation.engine.spans import Hours
from automation.engine.state import About
from automation.rounds import Round, about_of
from automation.sending_facts import add_places, touches_of
from crm.conditions.facts import facts_of
from crm.conditions.tree import Condition
from crm.event_kinds import words
from crm.models import Contact, Organisation
from crm.sql_arrays import array, id_array, text_array
from crm.whereabouts import whereabouts
from crm.zones import moment
from messaging.contact_case import MORNING
from messaging.contact_facts import LONGEST_ABSENCE


class _Who(NamedTuple):
    """What is known of a contact, whatever they are in for."""

    name: str = ""
    zone: str = "UTC"
    owner_id: int | None = None
    gone: bool = True
    away_until: datetime | None = None


NOBODY = _Who()


def load_facts(rows: Sequence[Round], graphs: Mapping[int, Graph], *, now: datetime) -> dict[int, Facts]:
    """The facts of each round, by its id."""
    hours = organisation_hours()
    ids = sorted({row.contact_id for row in rows})
    people = _people(ids, hours.zone, now)
    values = facts_of(_conditions(rows, graphs), ids)
    events = _events(rows, graphs)
    dates = read_dates((row.pk, row.contact_id, about_of(row.about), _dates(row, graphs)) for row in rows)
    touches, most = touches_of(rows, graphs, now=now)
    found = {}
    for row in rows:
        who = people.get(row.contact_id, NOBODY)
        found[row.pk] = Facts(
            row.contact_id,
            name=who.name,
            zone=who.zone,
            hours=hours,
            values=_about_this(values.get(row.contact_id, {}), about_of(row.about)),
            events=events.get(row.pk, ()),
            touches=touches.get(row.contact_id, ()),
            owner_id=who.owner_id,
            gone=who.gone,
            away_until=who.away_until,
            most_touches=most,
            dates=dates.get(row.pk, {}),
        )
    add_places(found, rows, graphs, now)
    return found


def _dates(row: Round, graphs: Mapping[int, Graph]) -> frozenset[str]:
    graph = graphs.get(row.automation_version_id)
    return graph.dates if graph else frozenset()


def organisation_hours() -> Hours:
    """The organisation's clock and working week."""
    house = Organisation.objects.current()
    return Hours(house.time_zone, tuple(house.working_days), house.working_from, house.working_to)


def _people(ids: Sequence[int], default_zone: str, now: datetime) -> dict[int, _Who]:
    columns = (
        "pk",
        "first_name",
        "last_name",
        "organisation",
        "owner_id",
        "deleted_at",
        "time_zone",
        "phone",
        "country",
        "message_preference__away_until",
    )
    found, furthest = {}, (now + LONGEST_ABSENCE).date()
    for pk, first, last, firm, owner_id, deleted_at, zone, phone, country, away in Contact.objects.filter(
        pk__in=ids
    ).values_list(*columns):
        place = whereabouts(zone, phone, country)
        zone_name = place.zone_name if place else default_zone
        found[pk] = _Who(
            name=f"{first} {last}".strip() or firm,
            zone=zone_name,
            owner_id=owner_id,
            gone=deleted_at is not None,
            away_until=moment(away, MORNING, zone_name) if away is not None and away <= furthest else None,
        )
    return found


def _conditions(rows: Sequence[Round], graphs: Mapping[int, Graph]) -> list[Condition]:
    """What may be asked about these people now: the conditions of the rules, and those of the steps before them."""
    found = []
    for version_id, step in sorted({(row.automation_version_id, row.step) for row in rows}):
        if (graph := graphs.get(version_id)) is not None:
            near = {RULES, *graph.asked_from(step)}
            found += [one for (where, _), one in graph.conditions.items() if where in near]
    return [one for one in found if isinstance(one, Condition)]


def _about_this(values: Mapping[str, Any], about: About | None) -> Mapping[str, Any]:
    """The facts with only the one record of its kind that the person is in for: "an invoice" then means that invoice."""
    name = f"some:{about.kind}s" if about else ""
    if about is None or name not in values:
        return values
    return {**values, name: [one for one in values[name] if one.get("id") == about.id]}


def _events(rows: Sequence[Round], graphs: Mapping[int, Graph]) -> dict[int, list[Seen]]:
    """What has happened to each since they entered, of the kinds that they may wait for or leave by: read from what is
    stored, so that nothing depends on whether it was told already."""
    kinds = {pk: _kinds(graphs.get(pk)) for pk in {row.automation_version_id for row in rows}}
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS,
            [
                id_array(row.pk for row in rows),
                id_array(row.contact_id for row in rows),
                array(row.entered_at for row in rows),
                id_array(row.cause_id or 0 for row in rows),
                text_array(kinds[row.automation_version_id] for row in rows),
            ],
        )
        found: dict[int, list[Seen]] = defaultdict(list)
        for pk, *event in cursor.fetchall():
            found[pk].append(seen(*event))
    return found


def _kinds(graph: Graph | None) -> str:
    """The kinds of event that a version reads, each between commas."""
    return f",{','.join(sorted(graph.awaited))}," if graph else ""


def seen(
    pk: int,
    kind: str,
    at: datetime,
    actor: str,
    user_id: int | None,
    subject_kind: str,
    subject_id: int | None,
    two_way: bool,
    data: Any,
) -> Seen:
    """A row of events as the engine reads it."""
    data = json.loads(data) if isinstance(data, str) else data
    return Seen(pk, kind, at, actor, user_id, subject_kind, subject_id, two_way, data, words(kind, data))


_EVENTS = """
SELECT r.id, e.id, e.kind, e.recorded_at, e.actor, e.user_id, e.subject_kind, e.subject_id, e.two_way, e.data::text
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[], %s::text[])
    AS r(id, contact_id, since, cause_id, kinds)
CROSS JOIN LATERAL (
    SELECT * FROM crm_event WHERE contact_id = r.contact_id AND recorded_at >= r.since AND id <> r.cause_id
        AND position(',' || kind || ',' IN r.kinds) > 0
    ORDER BY occurred_at DESC, id DESC LIMIT 200
) e
ORDER BY r.id, e.recorded_at, e.id
"""
