"""What automations make of events: whom a trigger lets in, and who inside is brought on. The dispatcher's subscriber."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from automation.engine.events import Seen
from automation.entering import Entry, enroll
from automation.leaving import JOINED, LEFT, follow_audiences
from automation.triggers.changes import KINDS as CHANGES
from automation.triggers.changes import together
from automation.triggers.listening import Listeners, listeners
from crm.causes import AUTOMATION
from crm.dispatching import Glance, Subscriber, subscribe
from crm.models import Event


def register() -> None:
    """Listen to what the automations in use ask for; called once at start-up."""
    subscribe(Subscriber("automations", listening, notice, glance))


def listening() -> frozenset[str]:
    """The kinds of event that anybody asks for now: one small query for a batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(trigger_kinds || awaited_kinds) FROM automation_automationversion WHERE in_use"
        )
        return frozenset(row[0] for row in cursor.fetchall())


def glance() -> Glance:
    """Most events of a kind name a form, a tag or an item that no trigger asks for; then it is all that is looked at."""
    live, awaited = _in_use()
    triggers = listeners(live)
    return Glance(triggers.by_what_they_name - awaited - CHANGES, triggers.may_answer)


def notice(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: let in whom the events name, and bring on who waited for them."""
    told = [event for event in events if event.contact_id is not None]
    live, awaited = _in_use()
    # First what may have to wait for the engine: whoever holds the counts of the brakes must not wait for it.
    wake({(event.contact_id or 0, event.kind) for event in told if event.kind in awaited}, now=now)
    entries = entries_of(told, listeners(live))
    if entries:
        enroll(entries, now=now)
    follow_audiences(
        {event.contact_id or 0 for event in told if event.kind in (JOINED, LEFT) and event.kind in awaited}, now=now
    )


def _in_use() -> tuple[list[int], set[str]]:
    """The versions that let people in, and the kinds of event after which people inside are looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT array(SELECT live_id FROM automation_automation
                    WHERE state = 'active' AND deleted_at IS NULL AND live_id IS NOT NULL ORDER BY live_id),
                array(SELECT DISTINCT unnest(awaited_kinds) FROM automation_automationversion WHERE in_use)
            """
        )
        live, awaited = cursor.fetchone()
        return live, set(awaited)


def entries_of(told: Iterable[Event], triggers: Listeners) -> list[Entry]:
    """Whom the events name, in the order of the events. An automation leaves alone what it did itself, and what one
    transaction changes of a contact is one change."""
    found = []
    for seen, event in _as_seen(told, triggers):
        for listener in triggers.asked(seen):
            if seen.data.get(AUTOMATION) == listener.automation_id:
                continue
            about = listener.trigger.about(seen)
            found.append(
                Entry(
                    automation_id=listener.automation_id,
                    contact_id=event.contact_id or 0,
                    at=event.recorded_at,
                    about=f"{about.kind}:{about.id}" if about else "",
                    cause_id=seen.id,
                    depth=event.depth,
                    words=words_of(seen),
                )
            )
    return found


def _as_seen(told: Iterable[Event], triggers: Listeners) -> Iterable[tuple[Seen, Event]]:
    """The events that a trigger may answer; changes that were stored together as one, in the place of the first."""
    rows: list[tuple[Seen | None, Event]] = []
    changes: dict[tuple[int | None, datetime], list[int]] = defaultdict(list)
    for event in told:
        if event.kind in CHANGES:
            changes[event.contact_id, event.recorded_at].append(len(rows))
            rows.append((_seen(event), event))
        elif triggers.may_answer(event):
            rows.append((_seen(event), event))
    for places in changes.values():
        if len(places) > 1:
            first = together([seen for place in places if (seen := rows[place][0]) is not None])
            for place in places:
                rows[place] = (first if place == places[0] else None, rows[place][1])
    return [(seen, event) for seen, event in rows if seen is not None]


def words_of(event: Seen) -> dict[str, Any]:
    """What the event knows, as facts for messages: plain values only, so that a row stays small."""
    return {
        name: value
        for name, value in event.data.items()
        if isinstance(value, str | int | float | bool) and len(str(value)) <= 500
    }


def _seen(event: Event) -> Seen:
    """The event without its sentence, which no trigger reads."""
    return Seen(
        event.pk, event.kind, event.recorded_at, event.actor, event.user_id, event.subject_kind, event.subject_id,
        event.two_way, event.data,
    )  # fmt: skip


def wake(happened: set[tuple[int, str]], *, now: datetime) -> int:
    """Bring on those who may wait for what happened to them, by contact and kind; returns how many. It decides nothing:
    the engine reads what is stored. Where the engine has somebody just now, what counts is what it has made of them: the
    row as locked, not as it was when the statement began. Who stands still is locked too: what follows in the same
    transaction may let them go on, and all are locked in one order."""
    if not happened:
        return 0
    pairs = sorted(happened)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH w AS MATERIALIZED (
                SELECT e.id, e.next_at, e.status FROM unnest(%s::bigint[], %s::text[]) AS h(contact_id, kind)
                JOIN automation_enrollment e ON e.contact_id = h.contact_id
                    AND e.status IN ('active', 'waiting', 'paused_ooo', 'paused', 'failed')
                JOIN automation_automationversion v ON v.id = e.automation_version_id AND h.kind = ANY (v.awaited_kinds)
                ORDER BY e.id FOR UPDATE OF e
            )
            UPDATE automation_enrollment e SET next_at = %s FROM w
            WHERE e.id = w.id AND (w.next_at IS NULL OR w.next_at > %s) AND w.status NOT IN ('paused', 'failed')
            """,
            [[pair[0] for pair in pairs], [pair[1] for pair in pairs], now, now],
        )
        return int(cursor.rowcount)
