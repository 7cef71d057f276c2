"""The bell: what a colleague was told in the app, and how much of it is unread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from crm.models import User

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


def unread_count(user: User) -> int:
    """How many notices one person has not read, up to MOST."""
    return unread_counts([user.pk])[user.pk]
