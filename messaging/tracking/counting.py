"""How often messages were opened and clicked: by people, by machines, and by who knows whom, each apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Counted:
    """`waiting` counts those whom nobody has judged yet, and those whom nobody can."""

    people: int = 0
    machines: int = 0
    waiting: int = 0


def counts_of(message_ids: Sequence[int]) -> dict[int, dict[str, Counted]]:
    """By message and kind ("opened", "clicked"), in one query; a message without hits has no entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message_id, kind, count(*) FILTER (WHERE actor = 'person'),
                count(*) FILTER (WHERE actor = 'machine'), count(*) FILTER (WHERE actor NOT IN ('person', 'machine'))
            FROM messaging_messageevent
            WHERE message_id = ANY(%s) AND kind IN ('opened', 'clicked') GROUP BY message_id, kind
            """,
            [list(message_ids)],
        )
        found: dict[int, dict[str, Counted]] = {}
        for message_id, kind, *numbers in cursor.fetchall():
            found.setdefault(message_id, {})[kind] = Counted(*numbers)
    return found
