"""How much of the bell is unread, cheap enough for every page and every batch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

#: Counting stops here: "99+" is all that a bell can say, and a count stays cheap however much piles up.
MOST = 100


def unread_counts(user_ids: Iterable[int]) -> dict[int, int]:
    """How many notices each person has not read, up to MOST; rides the bell's partial index."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT u.id, (SELECT count(*) FROM (
                SELECT FROM messaging_message m WHERE m.user_id = u.id AND m.channel = 'in_app'
                    AND m.read_at IS NULL AND m.status = 'delivered' LIMIT %s) AS few)
            FROM unnest(%s::bigint[]) AS u(id)
            """,
            [MOST, list(user_ids)],
        )
        return dict(cursor.fetchall())
