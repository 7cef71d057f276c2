"""What the page of events of other systems shows: what came lately, by kind and one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from crm.access import events_for
from crm.event_kinds import kind_of, words
from crm.models import User
from crm.outside.reading import outside_kinds

LATELY = timedelta(days=7)
#: How many single events are shown.
SHOWN = 20

# Jumps from kind to kind along the index, however many events there are of each.
_CUSTOM_KINDS = """
WITH RECURSIVE kinds (kind) AS (
    SELECT min(kind) FROM crm_event
    UNION ALL SELECT (SELECT min(e.kind) FROM crm_event e WHERE e.kind > kinds.kind) FROM kinds WHERE kinds.kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind LIKE 'custom.%'
"""
_COUNTS = """
SELECT wanted.kind, found.count, found.latest FROM unnest(%s::text[]) AS wanted(kind), LATERAL (
    SELECT count(*) AS count, max(occurred_at) AS latest FROM (
        SELECT occurred_at FROM crm_event e WHERE e.kind = wanted.kind AND occurred_at >= %s LIMIT 10001
    ) AS lately
) AS found WHERE found.count > 0 ORDER BY found.count DESC, wanted.kind
"""
_NEWEST = """
SELECT found.id FROM unnest(%s::text[]) AS wanted(kind), LATERAL (
    SELECT id, occurred_at FROM crm_event e WHERE e.kind = wanted.kind AND occurred_at >= %s
    ORDER BY occurred_at DESC LIMIT %s
) AS found ORDER BY found.occurred_at DESC, found.id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Arrived:
    """How much of one kind came lately."""

    kind: str
    label: str
    icon: str
    count: int
    latest: datetime


def lately(user: User, now: datetime) -> tuple[list[Arrived], list[dict[str, Any]]]:
    """What came in the last seven days by kind, and the newest of it with its words; four statements."""
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOM_KINDS)
        kinds = outside_kinds() + [row[0] for row in cursor.fetchall()]
        cursor.execute(_COUNTS, [kinds, now - LATELY])
        counts = [Arrived(kind, words(kind, {}), kind_of(kind).icon, *rest) for kind, *rest in cursor.fetchall()]
        cursor.execute(_NEWEST, [kinds, now - LATELY, SHOWN, SHOWN])
        ids = [row[0] for row in cursor.fetchall()]
    rows = events_for(user).filter(pk__in=ids).select_related("contact").order_by("-occurred_at", "-pk")
    return counts, [
        {
            "icon": kind_of(event.kind).icon,
            "text": words(event.kind, event.data),
            "contact": event.contact,
            "at": event.occurred_at,
            "sent_by": event.data.get("sent_by", ""),
        }
        for event in rows
    ]
