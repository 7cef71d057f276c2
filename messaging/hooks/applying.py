"""What providers tell becomes true: events kept once, statuses that only rise, and what follows. In sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from messaging.addresses import token_of
from messaging.consequences import ended_of, follow
from messaging.fallback import fall_back
from messaging.hooks.after_events import Told, tell_of
from messaging.hooks.events import (
    BOUNCED,
    CLICKED,
    OPENED,
    ProviderEvent,
    not_from_the_future,
    rank,
    risen,
)
from messaging.ledger import write_decisions
from messaging.models import Message, MessageStatus
from messaging.policy import Verdict
from messaging.tracking.noting import Hit, note

#: Those of which nobody knew whether they had left.
OPEN = (MessageStatus.PENDING, MessageStatus.SCHEDULED, MessageStatus.SENDING, MessageStatus.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Applied:
    """`new` counts events not known before. `strangers` are those whose message is not ours, or not yet."""

    new: int
    strangers: tuple[ProviderEvent, ...]


def apply_events(events: Sequence[ProviderEvent], *, now: datetime) -> Applied:
    """Store the events and what they mean, in one transaction with a fixed number of statements.

    Said twice, late or in another order, they come to the same: each event has one key, and a status only rises.
    """
    if not events:
        return Applied(0, ())
    events = [not_from_the_future(event, now) for event in events]
    with transaction.atomic():
        rows = _messages(events)
        placed, strangers = _placed(events, rows)
        new = _keep(placed)
        hits = note([_hit(pk, event) for pk, event in placed if event.kind in (OPENED, CLICKED)], now=now)
        became = _raise(placed, rows, now)
        _follow(became, rows, now)
        tell_of([Told(rows[pk], event) for pk, event in placed if event.name in new], now=now)
        bounced = [pk for pk, status in became.items() if status == MessageStatus.BOUNCED and rows[pk].contact_id]
        if bounced:
            fall_back(bounced, now=now)
    return Applied(len(new) + hits, tuple(strangers))


def _messages(events: Sequence[ProviderEvent]) -> dict[int, Message]:
    """The messages meant, locked in their order so that two batches wait for each other."""
    ids = {event.message_id for event in events if event.message_id}
    names = {name for event in events for name in _spellings(event.provider_id)}
    rows = (
        Message.objects.filter(Q(pk__in=ids) | Q(provider_id__in=names), direction="out")
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def _spellings(provider_id: str) -> tuple[str, ...]:
    """A name with and without the angle brackets that some put around it."""
    bare = provider_id.strip().strip("<>")[:298]
    return (bare, f"<{bare}>") if bare else ()


def _placed(
    events: Iterable[ProviderEvent], rows: Mapping[int, Message]
) -> tuple[list[tuple[int, ProviderEvent]], list[ProviderEvent]]:
    by_name = {row.provider_id.strip("<>"): pk for pk, row in rows.items() if row.provider_id}
    placed, strangers = [], []
    for event in events:
        row = rows.get(event.message_id or 0)
        # A number alone could be another database's; its token is ours only.
        if row is not None and event.token and event.token != token_of(row.pk, row.created_at):
            row = None
        if row is not None and _of_an_earlier_try(event, row):
            continue
        pk = row.pk if row is not None else by_name.get(event.provider_id.strip().strip("<>"))
        if pk is None:
            strangers.append(event)
        else:
            placed.append((pk, event))
    return placed, strangers


def _of_an_earlier_try(event: ProviderEvent, row: Message) -> bool:
    """A failure of a try that was made again since. Mail services have several names for one mail, phones' have one."""
    if event.provider not in ("twilio", "meta") or rank(risen("", [event.kind])) < rank(MessageStatus.FAILED):
        return False
    return bool(event.provider_id and row.provider_id and event.provider_id != row.provider_id)


def _hit(pk: int, event: ProviderEvent) -> Hit:
    return Hit(pk, event.kind, event.at, event.url, event.user_agent, event.ip, key=event.name, provider=event.provider)


def _keep(placed: Sequence[tuple[int, ProviderEvent]]) -> set[str]:
    """Store the events but opens and clicks; returns the names of those not known before."""
    from psycopg.types.json import Jsonb

    kept = {event.name: (pk, event) for pk, event in placed if event.kind not in (OPENED, CLICKED)}
    if not kept:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_messageevent (message_id, kind, at, detail, actor, rule, key, data)
            SELECT t.message_id, t.kind, t.at, left(t.detail, 500), '', '', t.key, t.data
            FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::jsonb[])
                AS t(message_id, kind, at, detail, key, data)
            ON CONFLICT (key) WHERE NOT (key = '') DO NOTHING
            RETURNING key
            """,
            [
                [pk for pk, _ in kept.values()],
                [event.kind for _, event in kept.values()],
                [event.at for _, event in kept.values()],
                [event.detail for _, event in kept.values()],
                list(kept),
                [Jsonb(_facts(event)) for _, event in kept.values()],
            ],
        )
        return {row[0] for row in cursor.fetchall()}


def _facts(event: ProviderEvent) -> dict[str, str]:
    known = {
        "provider": event.provider,
        "code": event.code[:100],
        "bounce": event.bounce,
        "recipient": event.recipient[:320],
    }
    return {name: value for name, value in known.items() if value}


def _raise(placed: Sequence[tuple[int, ProviderEvent]], rows: Mapping[int, Message], now: datetime) -> dict[int, str]:
    """Move the messages to what the events prove; returns the new status of those that have one."""
    theirs: dict[int, list[ProviderEvent]] = {}
    for pk, event in placed:
        theirs.setdefault(pk, []).append(event)
    became = {pk: risen(rows[pk].status, (event.kind for event in ones)) for pk, ones in theirs.items()}
    if not theirs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _RAISE,
            {
                "ids": list(theirs),
                "statuses": [str(became[pk]) for pk in theirs],
                "reasons": [_reason(ones, became[pk]) for pk, ones in theirs.items()],
                "names": [next((one.provider_id for one in ones if one.provider_id), "") for ones in theirs.values()],
                "providers": [ones[0].provider for ones in theirs.values()],
                "sent": [_first(ones, MessageStatus.SENT) for ones in theirs.values()],
                "delivered": [_first(ones, MessageStatus.DELIVERED) for ones in theirs.values()],
                "read": [_first(ones, MessageStatus.READ) for ones in theirs.values()],
                "costs": [next((one.cost for one in ones if one.cost is not None), None) for ones in theirs.values()],
                "currencies": [next((one.currency for one in ones if one.currency), "") for ones in theirs.values()],
            },
        )
    return {pk: status for pk, status in became.items() if status != rows[pk].status}


def _first(events: Iterable[ProviderEvent], status: MessageStatus) -> datetime | None:
    """When it was first so, by the events that prove it."""
    proved = [event.at for event in events if rank(status) <= rank(risen("", [event.kind])) <= rank(MessageStatus.READ)]
    return min(proved, default=None)


def _reason(events: Sequence[ProviderEvent], status: str) -> str:
    """Why it failed, in the words of the event that says most."""
    said = [event for event in events if risen("", [event.kind]) == status and rank(status) >= rank("failed")]
    return min(said, key=lambda one: (one.at, one.detail)).detail[:300] if said else ""


# The claim stays: a worker that is still waiting for the provider's answer may bring its name and cost later. The first
# moment told counts, so that the order in which things are told does not matter.
_RAISE = """
UPDATE messaging_message m SET
    status = t.status,
    reason = CASE WHEN t.reason = '' THEN CASE m.status WHEN 'uncertain' THEN '' ELSE m.reason END
        WHEN m.status = t.status AND m.reason <> '' THEN m.reason ELSE t.reason END,
    provider_id = CASE m.provider_id WHEN '' THEN left(t.name, 300) ELSE m.provider_id END,
    provider = CASE m.provider WHEN '' THEN t.provider ELSE m.provider END,
    sent_at = least(m.sent_at, t.sent_at),
    delivered_at = least(m.delivered_at, t.delivered_at),
    read_at = least(m.read_at, t.read_at),
    cost = coalesce(t.cost, m.cost),
    currency = CASE WHEN t.cost IS NULL THEN m.currency ELSE t.currency END,
    look_up_at = NULL,
    lease_until = NULL
FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(reasons)s::text[], %(names)s::text[], %(providers)s::text[],
    %(sent)s::timestamptz[], %(delivered)s::timestamptz[], %(read)s::timestamptz[], %(costs)s::numeric[],
    %(currencies)s::text[]) AS t(id, status, reason, name, provider, sent_at, delivered_at, read_at, cost, currency)
WHERE m.id = t.id
"""


def _follow(became: Mapping[int, str], rows: Mapping[int, Message], now: datetime) -> None:
    """Tell timelines, threads and the ledger of those that turn out to have left, or not to arrive."""
    lost = {pk: status for pk, status in became.items() if rank(status) >= rank(MessageStatus.FAILED)}
    fresh = Message.objects.filter(pk__in=lost).values_list("pk", "reason") if lost else ()
    if lost:
        write_decisions([(pk, Verdict("refuse", lost[pk], why or NO_REASON)) for pk, why in fresh], now=now)
    told = [
        pk
        for pk, status in became.items()
        if rows[pk].contact_id and (rows[pk].status in OPEN or status == MessageStatus.FAILED) and status != BOUNCED
    ]
    if told:
        follow(ended_of(told), now=now)


NO_REASON = "The provider gives no reason."
