"""Whom the triggers of time of a definition will name: asked as their sweep asks, for the days ahead (D14)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from automation.compiling import compiled
from automation.dated import find
from automation.definition.whole import Definition
from automation.engine.graph import Graph
from automation.engine.spans import Hours
from automation.loading import organisation_hours
from automation.triggers.timed import Timed
from crm.conditions.tree import Condition
from crm.models import Contact
from crm.zones import local_day

DAYS = 30
#: Pieces read at most of one trigger; where there are more, the rest is reckoned from these.
PIECES = 60


@dataclass(slots=True)
class Ahead:
    """How many on each day, and the first of those named."""

    by_day: Counter[date] = field(default_factory=Counter)
    sample: list[int] = field(default_factory=list)
    cut: bool = False


def ahead(definition: Definition, *, now: datetime) -> Ahead:
    """Whom they name in the next 30 days; a trigger that falls later is asked for its first day. Empty without any."""
    found = Ahead()
    timed = [one for one in definition.triggers if isinstance(one, Timed)]
    if not timed:
        return found
    week, graph = organisation_hours(), compiled(definition)
    if any(not isinstance(one, Condition) for one in graph.conditions.values()):
        return found  # a condition that cannot be read stops it anyway
    for trigger in timed:
        _add(found, trigger, graph, week, now)
    return found


def _add(found: Ahead, trigger: Timed, graph: Graph, week: Hours, now: datetime) -> None:
    since, until = now, now + timedelta(days=DAYS)
    first = trigger.next_look(now, week)
    if until < first and first.year < 9999:
        since, until = first - timedelta(days=2), first + timedelta(days=2)
    query, after = trigger.window(since, until, week), 0
    by_day: Counter[date] = Counter()
    for _ in range(PIECES if query is not None else 0):
        assert query is not None
        piece = find(query, graph, after=after, zone=week.zone, now=now)
        by_day.update(local_day(one.at, week.zone) for one in piece.people)
        found.sample += [one.contact_id for one in piece.people[: max(0, 10 - len(found.sample))]]
        if piece.after is None:
            break
        after = piece.after
    else:
        if query is not None:
            found.cut = True
            last = Contact.objects.order_by("-pk").values_list("pk", flat=True).first() or after
            by_day = Counter({day: number * max(last, after) // max(after, 1) for day, number in by_day.items()})
    found.by_day += by_day
