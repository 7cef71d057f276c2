"""What automations make of events: whom a trigger lets in, and who inside is brought on. The dispatcher's subscriber."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from automation.engine.events import Seen
from automation.entering import Entry, enroll
from automation.loading import seen
from automation.models import Automation, AutomationState
from automation.triggers.listening import Listener, listeners
from crm.causes import AUTOMATION
from crm.dispatching import Subscriber, subscribe
from crm.models import Event


def register() -> None:
    """Listen to what the automations in use ask for; called once at start-up."""
    subscribe(Subscriber("automations", listening, notice))


def listening() -> frozenset[str]:
    """The kinds of event that anybody asks for now: one small query for a batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(trigger_kinds || awaited_kinds) FROM automation_automationversion WHERE in_use"
        )
        return frozenset(row[0] for row in cursor.fetchall())


def notice(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: let in whom the events name, and bring on who waited for them."""
    told = [(event.contact_id, _seen(event), event) for event in events if event.contact_id is not None]
    entries = _entries(told, listeners(_live()))
    if entries:
        enroll(entries, now=now)
    wake({(contact_id, one.kind) for contact_id, one, _ in told if contact_id is not None}, now=now)


def _live() -> list[int]:
    active = Automation.objects.alive().filter(state=AutomationState.ACTIVE, live__isnull=False)
    return list(active.values_list("live_id", flat=True))


def _entries(told: Iterable[tuple[int | None, Seen, Event]], by_kind: dict[str, list[Listener]]) -> list[Entry]:
    """Whom the events name, in the order of the events. An automation leaves alone what it did itself."""
    found = []
    for contact_id, one, event in told:
        for listener in by_kind.get(one.kind, ()):
            if one.data.get(AUTOMATION) == listener.automation_id or not listener.trigger.matches(one):
                continue
            about = listener.trigger.about(one)
            found.append(
                Entry(
                    automation_id=listener.automation_id,
                    contact_id=contact_id or 0,
                    at=event.recorded_at,
                    about=f"{about.kind}:{about.id}" if about else "",
                    cause_id=one.id,
                    depth=event.depth,
                    words=words_of(one),
                )
            )
    return found


def words_of(event: Seen) -> dict[str, Any]:
    """What the event knows, as facts for messages: plain values only, so that a row stays small."""
    return {
        name: value
        for name, value in event.data.items()
        if isinstance(value, str | int | float | bool) and len(str(value)) <= 500
    }


def _seen(event: Event) -> Seen:
    return seen(
        event.pk, event.kind, event.recorded_at, event.actor, event.user_id, event.subject_kind, event.subject_id,
        event.two_way, event.data,
    )  # fmt: skip


def wake(happened: set[tuple[int, str]], *, now: datetime) -> int:
    """Bring on those who may wait for what happened to them, by contact and kind; returns how many. It decides nothing:
    the engine reads what is stored."""
    if not happened:
        return 0
    by_kind: dict[str, list[int]] = defaultdict(list)
    for contact_id, kind in happened:
        by_kind[kind].append(contact_id)
    pairs = [(contact_id, kind) for kind, ids in by_kind.items() for contact_id in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE automation_enrollment e SET next_at = %s
            FROM (
                SELECT e.id FROM unnest(%s::bigint[], %s::text[]) AS h(contact_id, kind)
                JOIN automation_enrollment e ON e.contact_id = h.contact_id
                    AND e.status IN ('active', 'waiting', 'paused_ooo')
                JOIN automation_automationversion v ON v.id = e.automation_version_id AND h.kind = ANY (v.awaited_kinds)
                ORDER BY e.id FOR UPDATE OF e
            ) AS w
            WHERE e.id = w.id AND (e.next_at IS NULL OR e.next_at > %s)
            """,
            [now, [pair[0] for pair in pairs], [pair[1] for pair in pairs], now],
        )
        return int(cursor.rowcount)
