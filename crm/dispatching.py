"""Telling subscribers what happened: each sees each event exactly once, in order per contact, whatever crashes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from crm.models import Event, ParkedEvent
from crm.sql_arrays import id_array

log = logging.getLogger(__name__)

#: Any number that no other advisory lock of this application uses.
LOCK_SPACE = 7301
BATCH = 1000
ATTEMPTS = 6


class Glimpse(NamedTuple):
    """As much of an event as tells whether it is worth more."""

    kind: str
    data: Any


@dataclass(frozen=True, slots=True)
class Glance:
    """Events of these kinds are loaded only where their data is wanted."""

    kinds: frozenset[str]
    wants: Callable[[Glimpse], bool]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`handle` gets a batch of stored events, oldest first, and writes to the database only: its writes commit
    together with the mark that it saw them. `kinds` empty means all; a function is asked once for each batch. So is
    `glance`, by which a subscriber who wants few of many says so cheaply; it may be handed others all the same."""

    name: str
    kinds: frozenset[str] | Callable[[], frozenset[str]]
    handle: Callable[[Sequence[Event], datetime], None]
    glance: Callable[[], Glance] | None = None


class Seen(NamedTuple):
    """What a watcher is told of an event: whom it concerns, not what it says."""

    contact_id: int | None
    kind: str
    subject_kind: str
    subject_id: int | None


@dataclass(frozen=True, slots=True)
class Watcher:
    """Told of every event, whatever its kind, without its being loaded: `note` writes one cheap statement a batch."""

    name: str
    note: Callable[[Sequence[Seen], datetime], None]


_watchers: dict[str, Watcher] = {}
_subscribers: dict[str, Subscriber] = {}
_wakers: list[Callable[[], Any]] = []


def subscribe(subscriber: Subscriber) -> None:
    """Make a subscriber known; called once by its floor at start-up, lower floors first."""
    _subscribers[subscriber.name] = subscriber


def watch(watcher: Watcher) -> None:
    """Make a watcher known; called once by its floor at start-up. It must not fail: the whole batch would wait."""
    _watchers[watcher.name] = watcher


def subscribers() -> list[Subscriber]:
    return list(_subscribers.values())


def on_wake(waker: Callable[[], Any]) -> None:
    """Register what to call after a commit that left events: the shell above sends a task to a worker."""
    _wakers.append(waker)


def wake_dispatcher() -> None:
    for waker in _wakers:
        waker()


def dispatch_pending(now: datetime) -> int:
    """Deliver everything that is queued, shard by shard; returns how many events were taken.

    A shard that another dispatcher holds is left to it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT shard FROM crm_pendingevent ORDER BY shard")
        shards = [row[0] for row in cursor.fetchall()]
    taken = retry_parked(now)
    for shard in shards:
        while count := _dispatch_batch(shard, now):
            taken += count
            if count < BATCH:
                break
    return taken


# Takes a batch of a shard that nobody else holds. The lock comes with the statement: rows that another dispatcher
# deleted in between are simply not there any more, and what is younger waits for the next batch. As an array the ids are
# found once: as a subquery they are looked for anew for each row, where nothing is known yet of how many there are.
_TAKE = """
WITH held AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(%s, %s) AS ours),
taken AS (
    DELETE FROM crm_pendingevent WHERE event_id = ANY (ARRAY(
        SELECT event_id FROM crm_pendingevent WHERE shard = %s AND (SELECT ours FROM held) ORDER BY event_id LIMIT %s
    )) RETURNING event_id
)
SELECT event_id, contact_id, kind, subject_kind, subject_id FROM taken LEFT JOIN crm_event ON crm_event.id = event_id
"""


def _dispatch_batch(shard: int, now: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [LOCK_SPACE, shard, shard, BATCH])
            taken = cursor.fetchall()
        seen = [Seen._make(row[1:]) for row in taken if row[2] is not None]
        for watcher in _watchers.values() if seen else ():
            watcher.note(seen, now)
        asked = {one.name: asked_kinds(one) for one in subscribers()} if seen else {}
        events = _wanted([(row[0], row[2]) for row in taken], asked)
        for subscriber in subscribers() if events else ():
            kinds = asked[subscriber.name]
            _deliver(subscriber, [one for one in events if kinds is None or one.kind in kinds], now)
    return len(taken)


def asked_kinds(subscriber: Subscriber) -> frozenset[str] | None:
    """The kinds that a subscriber listens to now; None for all."""
    if callable(subscriber.kinds):
        return subscriber.kinds()
    return subscriber.kinds or None


def _wanted(taken: Sequence[tuple[int, str]], asked: Mapping[str, frozenset[str] | None]) -> list[Event]:
    """Load those that somebody asked for, oldest first: most events interest nobody, and those cost nothing more."""
    everything = None in asked.values()
    kinds = frozenset[str]().union(*(some for some in asked.values() if some is not None))
    ids = {pk: kind for pk, kind in taken if everything or kind in kinds}
    if ids and not everything:
        ids = _worth_loading(ids, asked)
    if not ids:
        return []
    # By hand, which takes a third of the time: every event that anybody listens to comes this way.
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [id_array(ids)])
        rows = cursor.fetchall()
    return [Event.from_db("default", _NAMES, (*row[:_DATA], json.loads(row[_DATA]), *row[_DATA + 1 :])) for row in rows]


def _worth_loading(asked_for: Mapping[int, str], asked: Mapping[str, frozenset[str] | None]) -> dict[int, str]:
    """Without those of which a glance at the data shows that nobody wants them."""
    there, glances, sure = frozenset(asked_for.values()), [], frozenset[str]()
    for one in subscribers():
        kinds = there & (asked[one.name] or frozenset())
        if kinds and one.glance is not None:
            glance = one.glance()
            glances.append(glance)
            kinds -= glance.kinds
        sure |= kinds
    doubtful = [pk for pk, kind in asked_for.items() if kind not in sure]
    if not doubtful:
        return dict(asked_for)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, data FROM {Event._meta.db_table} WHERE id = ANY(%s::bigint[])", [id_array(doubtful)]
        )
        seen = {pk: Glimpse(asked_for[pk], json.loads(data)) for pk, data in cursor.fetchall()}
    wanted = {pk for pk, one in seen.items() if any(one.kind in some.kinds and some.wants(one) for some in glances)}
    return {pk: kind for pk, kind in asked_for.items() if kind in sure or pk in wanted}


_NAMES = [field.attname for field in Event._meta.concrete_fields]
_DATA = _NAMES.index("data")
_LOAD = (
    f"SELECT {', '.join(str(field.column) for field in Event._meta.concrete_fields)}"
    f" FROM {Event._meta.db_table} WHERE id = ANY(%s::bigint[]) ORDER BY id"
)


def _deliver(subscriber: Subscriber, wanted: Sequence[Event], now: datetime) -> None:
    if not wanted:
        return
    held = _contacts_waiting(subscriber)
    behind = [event for event in wanted if event.contact_id in held]
    ready = [event for event in wanted if event.contact_id not in held]
    _park(subscriber, behind, now, error="waits behind an earlier event of the same contact")
    if not ready:
        return
    try:
        with transaction.atomic():
            subscriber.handle(ready, now)
    except Exception as problem:
        log.exception("subscriber failed", extra={"subscriber": subscriber.name})
        if len(ready) == 1:
            _park(subscriber, ready, now, error=repr(problem))
        else:  # find the culprit: the others must not wait for it
            for event in ready:
                _deliver(subscriber, [event], now)


def _contacts_waiting(subscriber: Subscriber) -> set[int | None]:
    return set(
        ParkedEvent.objects.filter(subscriber=subscriber.name, next_at__isnull=False, contact_id__isnull=False)
        .values_list("contact_id", flat=True)
        .distinct()
    )


def _park(subscriber: Subscriber, events: Sequence[Event], now: datetime, *, error: str) -> None:
    ParkedEvent.objects.bulk_create(
        [
            ParkedEvent(
                event_id=event.pk,
                subscriber=subscriber.name,
                contact_id=event.contact_id,
                next_at=now + timedelta(seconds=10),
                error=error[:2000],
            )
            for event in events
        ],
        ignore_conflicts=True,
    )


def retry_parked(now: datetime) -> int:
    """Try again what failed, oldest first per contact; after ATTEMPTS it is left, with its error, for a person."""
    done = 0
    ids = list(ParkedEvent.objects.filter(next_at__lte=now).order_by("event_id").values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        with transaction.atomic():
            parked = ParkedEvent.objects.select_for_update(skip_locked=True).filter(pk=pk, next_at__lte=now).first()
            if parked is None or _earlier_waits(parked):
                continue
            done += _retry(parked, now)
    return done


def _earlier_waits(parked: ParkedEvent) -> bool:
    return (
        parked.contact_id is not None
        and ParkedEvent.objects.filter(
            subscriber=parked.subscriber,
            contact_id=parked.contact_id,
            event_id__lt=parked.event_id,
            next_at__isnull=False,
        ).exists()
    )


def _retry(parked: ParkedEvent, now: datetime) -> int:
    subscriber = _subscribers.get(parked.subscriber)
    event = Event.objects.filter(pk=parked.event_id).first()
    if subscriber is None or event is None:
        parked.delete()
        return 1
    try:
        with transaction.atomic():
            subscriber.handle([event], now)
    except Exception as problem:
        log.exception("subscriber failed again", extra={"subscriber": subscriber.name})
        attempts = parked.attempts + 1
        ParkedEvent.objects.filter(pk=parked.pk).update(
            attempts=F("attempts") + 1,
            next_at=None if attempts >= ATTEMPTS else now + timedelta(seconds=10 * 4**attempts),
            error=repr(problem)[:2000],
        )
    else:
        parked.delete()
    return 1
