"""Giving contacts that nobody owns to people, each to their own, in one statement for any number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from crm.models import User
from crm.timeline import Happening, record


def give_unowned(owners: Mapping[int, int], *, now: datetime) -> list[int]:
    """Make each person (by id) the owner of their contact (by id) where it has none; returns the contacts given.

    One event each. What somebody took in the meantime stays theirs.
    """
    if not owners:
        return []
    names = {user.pk: user.name for user in User.objects.filter(pk__in=set(owners.values()))}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS (
                SELECT id FROM crm_contact WHERE id = ANY(%s) AND owner_id IS NULL AND deleted_at IS NULL
                ORDER BY id FOR NO KEY UPDATE
            )
            UPDATE crm_contact c SET owner_id = t.owner_id, version = c.version + 1, updated_at = %s
            FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, owner_id) JOIN held USING (id)
            WHERE c.id = t.id RETURNING c.id
            """,
            [list(owners), now, list(owners), list(owners.values())],
        )
        given = sorted(row[0] for row in cursor.fetchall())
        record(
            [
                Happening(
                    "owner_changed",
                    pk,
                    now,
                    data={"from_id": None, "to_id": owners[pk], "to": names[owners[pk]], "team": False},
                )
                for pk in given
            ],
            now=now,
        )
    return given
