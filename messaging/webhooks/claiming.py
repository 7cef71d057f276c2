"""Taking calls that are due: hosts in turn, so that one with many calls, or one that is slow, holds up no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from crm.due import claim
from messaging.models import CallStatus, WebhookCall

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that a worker has taken; `attempts` counts the present one."""

    pk: int
    url: str
    host: str
    body: dict[str, Any]
    secret_id: int | None
    attempts: int
    created_at: datetime


def claim_calls(
    *, due_at: datetime, now: datetime, worker: str, room: int, per_host: int, busy: Mapping[str, int]
) -> list[Claimed]:
    """Take up to `room` calls that are due at `due_at`, and of each host at most what `busy` leaves of `per_host`.

    The first of each host come before the second of any; within a host the one that has waited longest.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT,
            {
                "due_at": due_at,
                "room": room,
                "per_host": per_host,
                "busy": list(busy),
                "under_way": [busy[host] for host in busy],
            },
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return []
    mine = claim(
        WebhookCall.objects.due(due_at).filter(pk__in=ids),
        now=now,
        worker=worker,
        lease=LEASE,
        limit=room,
        working=CallStatus.SENDING,
    )
    rows = WebhookCall.objects.filter(pk__in=mine, claimed_by=worker).order_by("pk")
    return [
        Claimed(*row) for row in rows.values_list("pk", "url", "host", "body", "secret_id", "attempts", "created_at")
    ]


# The hosts are found by leaping from one to the next in `webhook_calls_by_host`, so this costs by their number and not by
# the number of calls.
_NEXT = """
WITH RECURSIVE host AS (
    (SELECT host FROM messaging_webhookcall WHERE status IN ('pending', 'scheduled') ORDER BY host LIMIT 1)
    UNION ALL
    SELECT (SELECT c.host FROM messaging_webhookcall c
        WHERE c.status IN ('pending', 'scheduled') AND c.host > h.host ORDER BY c.host LIMIT 1)
    FROM host h WHERE h.host IS NOT NULL
)
SELECT c.id FROM host h
LEFT JOIN unnest(%(busy)s::text[], %(under_way)s::int[]) AS b(host, under_way) ON b.host = h.host
CROSS JOIN LATERAL (
    SELECT id, next_at, row_number() OVER (ORDER BY next_at, id) AS place FROM (
        SELECT id, next_at FROM messaging_webhookcall
        WHERE host = h.host AND status IN ('pending', 'scheduled') AND next_at <= %(due_at)s
        ORDER BY next_at, id LIMIT greatest(%(per_host)s - coalesce(b.under_way, 0), 0)
    ) AS longest
) AS c
ORDER BY c.place, c.next_at, c.id
LIMIT %(room)s
"""
