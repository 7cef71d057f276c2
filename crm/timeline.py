"""Recording what happened: one event row per change, inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.causes import AUTOMATION, cause_for
from crm.dispatching import wake_dispatcher
from crm.event_kinds import is_known
from crm.models import Event
from crm.sql_arrays import array, id_array, text_array

#: Events of one contact always fall in the same shard; shards are what dispatchers share out among themselves.
SHARDS = 16

#: An event caused by an event caused by an event...: past this, somebody built a loop.
MAX_DEPTH = 16


class TooDeep(Exception):
    """A chain of causes longer than MAX_DEPTH."""


@dataclass(slots=True)
class Happening:
    """One thing that happened, before it is stored. `kind` must be registered in `crm.event_kinds`.

    `attempt` marks one that somebody tried in vain to reach the contact by; it moves `last_attempt_at` only.
    """

    kind: str
    contact_id: int | None
    occurred_at: datetime
    actor: str = "system"
    user_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    two_way: bool = False
    key: str = ""
    cause_id: int | None = None
    depth: int = 0
    attempt: bool = False


def record(happenings: Iterable[Happening], *, now: datetime) -> list[int]:
    """Store events, queue them for the subscribers and keep the contacts' last-contact summaries; returns their ids.

    Call inside the transaction of the change. An event whose key is already stored is left out. Raises KeyError for
    an unregistered kind and TooDeep for a runaway chain.
    """
    rows = list(happenings)
    for row in rows:
        if not is_known(row.kind):
            raise KeyError(row.kind)
        if (cause := cause_for(row.contact_id)) is not None:
            row.cause_id, row.depth = row.cause_id or cause.event_id, max(row.depth, cause.depth)
            row.data = {**row.data, AUTOMATION: cause.automation_id}
        if row.depth > MAX_DEPTH:
            raise TooDeep(f"{row.kind}: {row.depth} causes deep")
    if not rows:
        return []
    with transaction.atomic():
        ids = _insert(rows, now)
        _summarise(rows)
    transaction.on_commit(wake_dispatcher)
    return ids


def record_same(happening: Happening, contact_ids: Sequence[int], *, now: datetime) -> int:
    """Store one happening for many contacts, each its own event, in one statement; returns how many.

    The template's own contact and key are not used, and it moves no last-contact summary. Call inside the
    transaction of the change. Raises KeyError for an unregistered kind.
    """
    if not is_known(happening.kind):
        raise KeyError(happening.kind)
    if not contact_ids:
        return 0
    caused = [pk for pk in contact_ids if cause_for(pk) is not None]
    if caused:  # each has a cause of its own
        record([replace(happening, contact_id=pk, data=dict(happening.data), key="") for pk in caused], now=now)
        others = sorted(set(contact_ids) - set(caused))
        return len(caused) + record_same(happening, others, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH new AS (
                INSERT INTO {Event._meta.db_table} (contact_id, kind, occurred_at, actor, user_id, subject_kind,
                    subject_id, data, two_way, key, cause_id, depth, recorded_at)
                SELECT t.id, %s, %s, %s, %s, %s, %s, %s::jsonb, false, '', %s, %s, %s FROM unnest(%s::bigint[]) AS t(id)
                RETURNING id, contact_id
            )
            INSERT INTO crm_pendingevent (event_id, shard) SELECT id, contact_id %% {SHARDS} FROM new
            """,
            [
                happening.kind,
                happening.occurred_at,
                happening.actor,
                happening.user_id,
                happening.subject_kind,
                happening.subject_id,
                json.dumps(happening.data),
                happening.cause_id,
                happening.depth,
                now,
                id_array(contact_ids),
            ],
        )
        count: int = cursor.rowcount
    transaction.on_commit(wake_dispatcher)
    return count


def _insert(rows: Sequence[Happening], now: datetime) -> list[int]:
    # One statement, arrays in, for any number of events: the queue row is written with its event.
    columns = (
        array(row.contact_id for row in rows),
        text_array(row.kind for row in rows),
        array(row.occurred_at for row in rows),
        text_array(row.actor for row in rows),
        array(row.user_id for row in rows),
        text_array(row.subject_kind for row in rows),
        array(row.subject_id for row in rows),
        text_array(json.dumps(row.data) for row in rows),
        array(row.two_way for row in rows),
        text_array(row.key for row in rows),
        array(row.cause_id for row in rows),
        id_array(row.depth for row in rows),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH new AS (
                INSERT INTO {Event._meta.db_table} (contact_id, kind, occurred_at, actor, user_id, subject_kind,
                    subject_id, data, two_way, key, cause_id, depth, recorded_at)
                SELECT t.*, %s FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[],
                    %s::text[], %s::bigint[], %s::jsonb[], %s::bool[], %s::text[], %s::bigint[], %s::smallint[]) AS t
                ON CONFLICT (key) WHERE NOT (key = '') DO NOTHING
                RETURNING id, contact_id
            ), queued AS (
                INSERT INTO crm_pendingevent (event_id, shard)
                SELECT id, coalesce(contact_id, id) %% {SHARDS} FROM new
            )
            SELECT id FROM new ORDER BY id
            """,
            [now, *columns],
        )
        return [row[0] for row in cursor.fetchall()]


def _summarise(rows: Sequence[Happening]) -> None:
    """Move `last_two_way_at` forward where real contact happened: the only thing that resets rotting; and
    `last_attempt_at` where somebody tried."""
    latest: dict[int, tuple[datetime | None, datetime | None]] = {}
    for row in rows:
        if row.contact_id and (row.two_way or row.attempt):
            two_way, attempt = latest.get(row.contact_id, (None, None))
            if row.two_way:
                two_way = max(row.occurred_at, two_way or row.occurred_at)
            if row.attempt:
                attempt = max(row.occurred_at, attempt or row.occurred_at)
            latest[row.contact_id] = (two_way, attempt)
    if latest:
        with connection.cursor() as cursor:
            # Always in the same order, so that two batches that share contacts wait for each other.
            cursor.execute(
                """
                WITH held AS (SELECT id FROM crm_contact WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)
                UPDATE crm_contact SET last_two_way_at = greatest(last_two_way_at, t.two_way),
                    last_attempt_at = greatest(last_attempt_at, t.attempt)
                FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS t(id, two_way, attempt)
                JOIN held USING (id)
                WHERE crm_contact.id = t.id
                """,
                [list(latest), list(latest), *map(list, zip(*latest.values(), strict=True))],
            )
