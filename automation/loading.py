"""The facts of a batch of people for the engine, in a fixed number of queries however many they are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from automation.date_facts import read_dates
from automation.engine.events import Seen
from automation.engine.facts import Facts
from automation.engine.graph import RULES, Graph
from automation.engine.spans import Hours
from automation.engine.state import About, State
from automation.models import Enrollment
from automation.sending_facts import add_limits
from crm.conditions.facts import facts_of
from crm.conditions.tree import Condition
from crm.event_kinds import words
from crm.models import Contact, Organisation
from crm.whereabouts import whereabouts
from crm.zones import moment
from messaging.contact_case import MORNING
from messaging.contact_facts import LONGEST_ABSENCE


def state_of(row: Enrollment) -> State:
    """Where an enrollment is, as the engine takes it."""
    return State(
        step=row.step or None,
        since=row.since,
        entered_at=row.entered_at,
        visits=row.visits,
        about=about_of(row.about),
        memory=row.memory,
    )


def about_of(text: str) -> About | None:
    """ "invoice:12" as a record; None for nothing."""
    kind, _, pk = text.partition(":")
    return About(kind, int(pk)) if pk else None


def load_facts(rows: Sequence[Enrollment], graphs: Mapping[int, Graph], *, now: datetime) -> dict[int, Facts]:
    """The facts of each enrollment, by its id."""
    hours = organisation_hours()
    ids = sorted({row.contact_id for row in rows})
    people = _people(ids, hours.zone, now)
    values = facts_of(_conditions(rows, graphs), ids)
    events = _events(rows, graphs)
    dates = read_dates((row.pk, row.contact_id, about_of(row.about), _dates(row, graphs)) for row in rows)
    found = {}
    for row in rows:
        person = people.get(row.contact_id) or Facts(row.contact_id, gone=True)
        about = about_of(row.about)
        found[row.pk] = replace(
            person,
            hours=hours,
            values=_about_this(values.get(row.contact_id, {}), about),
            events=events.get(row.pk, ()),
            dates=dates.get(row.pk, {}),
        )
    add_limits(found, rows, {row.pk: state_of(row) for row in rows}, graphs, now=now)
    return found


def _dates(row: Enrollment, graphs: Mapping[int, Graph]) -> frozenset[str]:
    graph = graphs.get(row.automation_version_id)
    return graph.dates if graph else frozenset()


def organisation_hours() -> Hours:
    """The organisation's clock and working week."""
    house = Organisation.objects.current()
    return Hours(house.time_zone, tuple(house.working_days), house.working_from, house.working_to)


def _people(ids: Sequence[int], default_zone: str, now: datetime) -> dict[int, Facts]:
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
        found[pk] = Facts(
            pk,
            name=f"{first} {last}".strip() or firm,
            zone=zone_name,
            owner_id=owner_id,
            gone=deleted_at is not None,
            away_until=moment(away, MORNING, zone_name) if away is not None and away <= furthest else None,
        )
    return found


def _conditions(rows: Sequence[Enrollment], graphs: Mapping[int, Graph]) -> list[Condition]:
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


def _events(rows: Sequence[Enrollment], graphs: Mapping[int, Graph]) -> dict[int, list[Seen]]:
    """What has happened to each since they entered, of the kinds that they may wait for or leave by: read from what is
    stored, so that nothing depends on whether it was told already."""
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS,
            [
                [row.pk for row in rows],
                [row.contact_id for row in rows],
                [row.entered_at for row in rows],
                [row.cause_id or 0 for row in rows],
                ["," + ",".join(_kinds(row, graphs)) + "," for row in rows],
            ],
        )
        found: dict[int, list[Seen]] = defaultdict(list)
        for pk, *event in cursor.fetchall():
            found[pk].append(seen(*event))
    return found


def _kinds(row: Enrollment, graphs: Mapping[int, Graph]) -> list[str]:
    graph = graphs.get(row.automation_version_id)
    return sorted(graph.awaited) if graph else []


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
