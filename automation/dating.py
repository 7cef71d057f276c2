"""The sweep of triggers of time: each looks at one window after the other, and lets in whom it finds (D2).

A window is worked off in pieces, each its own transaction that lets people in and moves the clock: a crash costs one
piece, two schedulers share the pieces, and a clock that was set back finds nothing to do until its time comes again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from automation.compiling import graphs
from automation.dated import Candidate, find
from automation.engine.exits import WHO
from automation.engine.graph import RULES, Graph
from automation.engine.spans import Hours
from automation.entering import Entry, enroll
from automation.loading import organisation_hours
from automation.models import AutomationState, TriggerClock
from automation.triggers.listening import definitions
from automation.triggers.timed import Everybody, Timed

log = logging.getLogger(__name__)

#: So many pieces a run, so that nothing urgent waits long behind a large audience.
PIECES = 50
#: When a trigger that broke off is tried again.
AGAIN = timedelta(minutes=10)

DUE_SQL = "EXISTS (SELECT FROM automation_triggerclock WHERE active AND next_at <= %(now)s)"


def sweep_clocks(now: datetime) -> int:
    """Look for whoever is due by a date or a silence; returns how many pieces of windows were worked off."""
    for taken in range(PIECES):
        pk = _next_clock(now)
        if pk is None:
            return taken
        try:
            _look(pk, now)
        except Exception:
            log.exception("a trigger of time broke off", extra={"clock": pk})
            TriggerClock.objects.filter(pk=pk, next_at__lte=now).update(next_at=now + AGAIN)
    return PIECES


def _next_clock(now: datetime) -> int | None:
    due = TriggerClock.objects.filter(active=True, next_at__lte=now).order_by("next_at", "pk")
    with transaction.atomic():
        return due.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True).first()


@transaction.atomic
def _look(pk: int, now: datetime) -> None:
    """Work off the next piece of a clock's window, unless another is at it."""
    due = TriggerClock.objects.filter(pk=pk, active=True, next_at__lte=now)
    clock = (
        due.select_for_update(skip_locked=True, of=("self",)).select_related("automation_version__automation").first()
    )
    if clock is None:
        return
    automation = clock.automation_version.automation
    lets_in = automation.state == AutomationState.ACTIVE and automation.deleted_at is None
    if not lets_in or automation.live_id != clock.automation_version_id:
        TriggerClock.objects.filter(pk=pk).update(active=False)
        return
    graph = graphs([clock.automation_version_id])[clock.automation_version_id]
    if graph.broken:
        # The window stays: whoever came due meanwhile is let in by the next version that looks for the same.
        raise RuntimeError(graph.broken)
    trigger = definitions([clock.automation_version_id])[clock.automation_version_id][1].triggers[clock.place]
    week, until = organisation_hours(), clock.until or now
    query = trigger.window(clock.looked_until, until, week) if until > clock.looked_until else None
    if isinstance(query, Everybody) and isinstance(graph.conditions.get((RULES, WHO)), str):
        raise RuntimeError("whom it is for cannot be worked out")
    found = find(query, graph, after=clock.after, zone=week.zone, now=now) if query is not None else None
    if found is not None:
        _enter(found.people, graph, now)
        if found.after is not None:  # there is more in this window
            TriggerClock.objects.filter(pk=pk).update(until=until, after=found.after)
            return
    _move_on(clock, trigger, until, week)


def _enter(people: Sequence[Candidate], graph: Graph, now: datetime) -> None:
    if people:
        enroll(
            [
                Entry(
                    graph.automation_id, one.contact_id, one.at,
                    about=one.about, words=one.words, occasion=one.occasion,
                )
                for one in people
            ],
            now=now,
        )  # fmt: skip


def _move_on(clock: TriggerClock, trigger: Timed, until: datetime, week: Hours) -> None:
    """The window is worked off: the next begins where it ended. One that has not begun, because the time was set back, is
    waited for."""
    looked_until = max(until, clock.looked_until)
    TriggerClock.objects.filter(pk=clock.pk).update(
        looked_until=looked_until, until=None, after=0, next_at=trigger.next_look(looked_until, week)
    )
