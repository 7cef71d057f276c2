"""What a dry run would have stored so far: kept in a table of this connection, so that a million rows need no memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from crm.duplicates import Key


class Seen:
    """Keys with the contact that they would lead to: a stored one by its id, one of the file by its negative row."""

    def __init__(self) -> None:
        self.forget()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE import_seen (kind text, value text, target bigint, PRIMARY KEY (kind, value))"
            )

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.kind, s.value, s.target FROM import_seen s"
                " JOIN unnest(%s::text[], %s::text[]) AS t(kind, value) ON t.kind = s.kind AND t.value = s.value",
                [[kind for kind, _ in keys], [value for _, value in keys]],
            )
            return {(kind, value): target for kind, value, target in cursor.fetchall()}

    def add(self, targets: Mapping[Key, int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO import_seen SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) ON CONFLICT DO NOTHING",
                [[kind for kind, _ in targets], [value for _, value in targets], list(targets.values())],
            )

    def forget(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS import_seen")
