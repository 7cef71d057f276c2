"""Who would have entered in the last 30 days: the triggers asked about what is stored, the rules of entry applied in the
order of time (D8). Nothing is written.

What the past cannot tell any more is taken as it is now, and said: whom the condition for entering fits, and who has which
date. How long each round would have lasted is not known either: nobody counts twice on one day.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import merge
from time import monotonic
from typing import Any

from django.db import connection, transaction

from automation.compiling import compiled
from automation.dated import find
from automation.definition.whole import Definition
from automation.engine.entry import too_deep
from automation.engine.events import Seen
from automation.engine.exits import WHO
from automation.engine.graph import RULES, Graph
from automation.holding_out import is_held_out
from automation.loading import organisation_hours
from automation.models import Enrollment
from automation.triggers.listening import Listener, Listeners
from automation.triggers.timed import Timed
from crm.access import contacts_for
from crm.causes import AUTOMATION
from crm.conditions.facts import facts_of
from crm.conditions.matching import matches
from crm.conditions.tree import Condition
from crm.models import Contact, Organisation, User
from crm.zones import local_day

DAYS = 30
#: Seconds that the search may take; what was found until then is shown, with the day that was reached.
PATIENCE = 15.0
CHUNK = 5_000
SAMPLE = 12
#: Pieces of one trigger of time that are read at most; each names up to a thousand people.
PIECES = 200

BEEN, SOON, SAME_DAY = (
    "They would have been through it already.",
    "They would have gone through it too lately.",
    "They would have entered on that day already.",
)
NOT_FOR, GONE = (
    "They do not fit the condition for entering, as things are now.",
    "The contact was deleted since.",
)


@dataclass(slots=True)
class Replay:
    """`entered` are rounds, `people` how many different persons. `refused` counts by reason. `sample` are people whom the
    asker may see, the latest first. `until` is how far it was looked; `cut` where that is not the end."""

    since: datetime
    until: datetime
    looked: int = 0
    entered: int = 0
    people: int = 0
    held_out: int = 0
    by_day: list[tuple[date, int]] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    sample: list[tuple[int, str, date]] = field(default_factory=list)
    cut: bool = False

    @property
    def busiest(self) -> int:
        return max((count for _, count in self.by_day), default=0)


@dataclass(frozen=True, slots=True)
class _Named:
    """Somebody whom a trigger names."""

    at: datetime
    contact_id: int
    about: str
    refused: str = ""


def replay(
    definition: Definition,
    automation_id: int,
    user: User,
    *,
    now: datetime,
    days: int = DAYS,
    patience: float = PATIENCE,
) -> Replay:
    """Look back over so many days, for at most `patience` seconds. Each kind of event is read in the order of time along
    its index, so the memory that it takes grows with the people, not with the events."""
    result = Replay(now - timedelta(days=days), now)
    zone, ends = Organisation.objects.current().time_zone, monotonic() + patience
    graph = compiled(definition, automation_id)
    rules = _Rules(definition, automation_id, result.since, zone)
    with transaction.atomic():  # the cursors live as long as it does
        for one in merge(
            _by_events(definition, automation_id, result, ends),
            _by_time(definition, graph, result, now),
            key=lambda named: named.at,
        ):
            if result.cut and one.at > result.until:
                break
            rules.take(one)
    _settle(result, rules, graph, user, now, zone)
    return result


# --- Whom the triggers name ------------------------------------------------------------------------------
def _by_events(definition: Definition, automation_id: int, result: Replay, ends: float) -> Iterator[_Named]:
    listeners = Listeners(Listener(automation_id, 0, one) for one in definition.triggers)
    kinds = sorted({kind for one in definition.triggers for kind in one.kinds()})
    rows = merge(*(_rows(kind, result.since, result.until) for kind in kinds), key=_at)
    for pk, kind, at, actor, user_id, subject_kind, subject_id, two_way, data, contact_id, depth in rows:
        result.looked += 1
        if result.looked % CHUNK == 0 and monotonic() > ends:
            result.cut, result.until = True, at
            return
        event = Seen(pk, kind, at, actor, user_id, subject_kind, subject_id, two_way, json.loads(data))
        if event.data.get(AUTOMATION) == automation_id:
            continue
        for listener in listeners.asked(event):
            about = listener.trigger.about(event)
            yield _Named(at, contact_id, f"{about.kind}:{about.id}" if about else "", too_deep(depth))


def _at(row: tuple[Any, ...]) -> datetime:
    at: datetime = row[2]
    return at


def _rows(kind: str, since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
    """The events of one kind in the order of time, through a cursor of the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_EVENTS, [kind, since, until])
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


_EVENTS = """
SELECT id, kind, occurred_at, actor, user_id, subject_kind, subject_id, two_way, data::text, contact_id, depth
FROM crm_event WHERE kind = %s AND occurred_at >= %s AND occurred_at < %s AND contact_id IS NOT NULL
ORDER BY occurred_at
"""


def _by_time(definition: Definition, graph: Graph, result: Replay, now: datetime) -> Iterator[_Named]:
    """Whom the triggers of time would have named, by the dates that people have now."""
    found: list[_Named] = []
    week = organisation_hours()
    for trigger in definition.triggers:
        query = trigger.window(result.since, result.until, week) if isinstance(trigger, Timed) else None
        if query is None or isinstance(graph.conditions.get((RULES, WHO)), str):
            continue
        after: int | None = 0
        for _ in range(PIECES):
            piece = find(query, graph, after=after or 0, zone=week.zone, now=now)
            found += [_Named(one.at, one.contact_id, one.about) for one in piece.people]
            if (after := piece.after) is None:
                break
        else:
            result.cut = True
    yield from sorted(found, key=lambda one: one.at)


# --- The rules of entry ----------------------------------------------------------------------------------
class _Rules:
    """Who gets in, one after the other. `days` are the local days on which each person entered."""

    def __init__(self, definition: Definition, automation_id: int, since: datetime, zone: str) -> None:
        self.rules, self.zone = definition.rules, zone
        self.days: dict[int, list[date]] = defaultdict(list)
        self.refused: Counter[str] = Counter()
        self.last: dict[tuple[int, str], date] = {}
        before = Enrollment.objects.filter(automation=automation_id, entered_at__lt=since).order_by("entered_at")
        for contact_id, per, at in before.values_list("contact_id", "per", "entered_at").iterator(chunk_size=CHUNK):
            self.last[contact_id, per] = local_day(at, zone)

    def take(self, one: _Named) -> None:
        """Let them in, or count why not."""
        key = (one.contact_id, one.about if self.rules.per_record else "")
        day = local_day(one.at, self.zone)
        if why := one.refused or self._again(self.last.get(key), day):
            self.refused[why] += 1
            return
        self.last[key] = day
        self.days[one.contact_id].append(day)

    def _again(self, last: date | None, day: date) -> str:
        if last is None:
            return ""
        if self.rules.reentry == "never":
            return BEEN
        if self.rules.reentry == "after_days" and (day - last).days < self.rules.reentry_days:
            return SOON
        return SAME_DAY if day == last else ""


# --- The figures -----------------------------------------------------------------------------------------
def _settle(result: Replay, rules: _Rules, graph: Graph, user: User, now: datetime, zone: str) -> None:
    """Leave out whom it is not for, and count."""
    by_day: Counter[date] = Counter()
    latest: dict[int, date] = {}
    for ids in _chunks(sorted(rules.days)):
        alive = set(Contact.objects.alive().filter(pk__in=ids).values_list("pk", flat=True))
        fitting = _fitting(sorted(alive), graph, now, zone)
        for pk in ids:
            entered = rules.days[pk]
            if pk not in fitting:
                rules.refused[NOT_FOR if pk in alive else GONE] += len(entered)
                continue
            by_day.update(entered)
            latest[pk] = entered[-1]
            held = is_held_out(graph.automation_id, pk, graph.rules.hold_out_percent)
            result.held_out += len(entered) if held else 0
    result.entered, result.people = by_day.total(), len(latest)
    result.by_day = sorted(by_day.items())
    result.refused = rules.refused.most_common()
    result.sample = _sample(latest, user)


def _fitting(ids: list[int], graph: Graph, now: datetime, zone: str) -> set[int]:
    asked = graph.conditions.get((RULES, WHO))
    if asked is None:
        return set(ids)
    if not isinstance(asked, Condition):
        return set()
    facts: Mapping[int, Mapping[str, Any]] = facts_of([asked], ids)
    return {pk for pk in ids if pk in facts and matches(asked, facts[pk], now=now, zone=zone)}


def _sample(latest: Mapping[int, date], user: User) -> list[tuple[int, str, date]]:
    """The last to enter among those whom the person may see."""
    found: list[tuple[int, str, date]] = []
    newest = sorted(latest, key=lambda pk: (latest[pk], pk), reverse=True)
    for ids in list(_chunks(newest))[:2]:
        names = {one.pk: one.name for one in contacts_for(user).filter(pk__in=ids)[: SAMPLE * 20]}
        found += [(pk, names[pk], latest[pk]) for pk in ids if pk in names]
        if len(found) >= SAMPLE:
            break
    return found[:SAMPLE]


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
