"""Moving, copying, remembering and restoring rows of any table that belongs to contacts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from crm.merging.relations import Relation, copied, moving

#: One row as PostgreSQL writes it down, by its key as text.
Rows = dict[str, dict[str, Any]]

#: Events that tell of the merge itself stay with whom they were told of.
OF_MERGING = ("contacts_merged", "merge_undone")


def allow_moving(cursor: CursorWrapper) -> None:
    """Say to the timeline, for this transaction, that a merge moves events from one contact to another."""
    cursor.execute("SELECT set_config('followthrough.merging', 'yes', true)")


def move_all(cursor: CursorWrapper, source: int, target: int) -> dict[str, list[int]]:
    """Give every movable row of one contact to another; returns the keys by "table.column", of those that had any."""
    moved: dict[str, list[int]] = {}
    for one in moving():
        if one.combine is not None:
            one.combine(cursor, target, source)
        but = "AND kind <> ALL(%s)" if one.table == "crm_event" else ""
        cursor.execute(
            f'UPDATE "{one.table}" SET "{one.column}" = %s WHERE "{one.column}" = %s {but} RETURNING "{one.key}"',
            [target, source, *([list(OF_MERGING)] if but else [])],
        )
        if keys := sorted(row[0] for row in cursor.fetchall()):
            moved[f"{one.table}.{one.column}"] = keys
    return moved


def move_back(cursor: CursorWrapper, moved: Mapping[str, Sequence[int]], source: int, target: int) -> dict[str, int]:
    """Give the named rows back, those that are still with `source`; returns how many of each are not there any more."""
    missing: dict[str, int] = {}
    for one in moving():
        keys = moved.get(f"{one.table}.{one.column}")
        if not keys:
            continue
        cursor.execute(
            f'UPDATE "{one.table}" SET "{one.column}" = %s WHERE "{one.key}" = ANY(%s) AND "{one.column}" = %s',
            [target, list(keys), source],
        )
        if cursor.rowcount < len(keys):
            missing[one.table] = len(keys) - cursor.rowcount
    return missing


def queue_together(cursor: CursorWrapper, event_ids: Iterable[int], shard: int) -> None:
    """Put events that still wait to be told into the shard of their contact, so that they keep its order."""
    cursor.execute("UPDATE crm_pendingevent SET shard = %s WHERE event_id = ANY(%s)", [shard, list(event_ids)])


def copy_all(cursor: CursorWrapper, kept: int, gone: int) -> None:
    """Settle what both have, then give the kept contact the like of what only the gone one has."""
    for one in copied():
        if one.combine is not None:
            one.combine(cursor, kept, gone)
        names = [name for name in columns(one.table) if name not in (one.key, one.column)]
        listed = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f'INSERT INTO "{one.table}" ("{one.column}"{", " if names else ""}{listed})'
            f' SELECT %s{", " if names else ""}{listed} FROM "{one.table}" WHERE "{one.column}" = %s'
            f' ORDER BY "{one.key}" ON CONFLICT DO NOTHING',
            [kept, gone],
        )


def snapshot(cursor: CursorWrapper, ids: Sequence[int]) -> dict[str, Rows]:
    """All rows of copied tables that belong to these contacts, whole, by "table.column"."""
    return {f"{one.table}.{one.column}": rows_of(cursor, one, ids) for one in copied()}


def rows_of(cursor: CursorWrapper, one: Relation, ids: Sequence[int]) -> Rows:
    cursor.execute(
        f'SELECT "{one.key}"::text, to_jsonb(t) FROM "{one.table}" t WHERE "{one.column}" = ANY(%s)', [list(ids)]
    )
    return {key: _read(value) for key, value in cursor.fetchall()}


def contact_rows(cursor: CursorWrapper, ids: Sequence[int]) -> Rows:
    """The contacts themselves, whole."""
    cursor.execute("SELECT id::text, to_jsonb(c) FROM crm_contact c WHERE id = ANY(%s)", [list(ids)])
    return {key: _read(value) for key, value in cursor.fetchall()}


def _read(value: Any) -> dict[str, Any]:
    # Django reads jsonb in raw SQL as text.
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def force(cursor: CursorWrapper, one: Relation, ids: Sequence[int], wanted: Rows) -> None:
    """Make a table's rows of these contacts exactly what is wanted, touching only those that differ."""
    there = rows_of(cursor, one, ids)
    if extra := [key for key in there if key not in wanted]:
        cursor.execute(f'DELETE FROM "{one.table}" WHERE "{one.key}"::text = ANY(%s)', [extra])
    for key, row in wanted.items():
        if key in there and there[key] != row:
            write(cursor, one.table, one.key, row)
    for key, row in wanted.items():
        if key not in there:
            cursor.execute(
                f'INSERT INTO "{one.table}" SELECT (jsonb_populate_record(NULL::"{one.table}", %s::jsonb)).*'
                " ON CONFLICT DO NOTHING",
                [json.dumps(row)],
            )


def write(cursor: CursorWrapper, table: str, key: str, row: Mapping[str, Any], only: Sequence[str] = ()) -> None:
    """Write columns of a remembered row, all unless some are named, over the row of that key."""
    names = [name for name in only or columns(table) if name != key and name in row]
    if not names:
        return
    listed, values = ", ".join(f'"{name}"' for name in names), ", ".join(f'r."{name}"' for name in names)
    cursor.execute(
        f'UPDATE "{table}" t SET ({listed}) = ROW({values})'
        f' FROM jsonb_populate_record(NULL::"{table}", %s::jsonb) r WHERE t."{key}" = r."{key}"',
        [json.dumps(dict(row))],
    )


@cache
def columns(table: str) -> tuple[str, ...]:
    """The columns of a table, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        return tuple(row[0] for row in cursor.fetchall())
