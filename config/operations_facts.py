"""What the operations page shows: processes, queues, storage, nightly runs; each figure asked for at `now`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from config import heartbeat
from crm.backlog import Waiting, waiting
from crm.models import Slot
from messaging.models import Mailbox, Message, ProviderState

QUEUES = ("notifications", "automation", "analytics", "default")
#: The page polls, many may look at it, and no figure is worth more than one question in so many seconds.
KEPT = 4
#: Past due for longer than this is late.
LATE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """One look at everything; None where it could not be asked."""

    at: datetime
    processes: dict[str, float | None] | None
    queues: dict[str, int] | None
    due: list[Waiting]
    late: set[str]
    providers: list[dict[str, Any]]
    circuits: list[ProviderState]
    mailboxes: list[Mailbox]
    storage: dict[str, Any]
    nightly: list[dict[str, Any]]


def facts(*, now: datetime) -> Facts:
    """The latest look, at most KEPT seconds old."""
    kept: Facts | None = _asked(lambda: cache.get("operations.facts"))
    if kept is not None and timedelta(0) <= now - kept.at < timedelta(seconds=KEPT):
        return kept
    due = waiting(now=now)
    found = Facts(
        at=now,
        processes=_asked(lambda: heartbeat.ages(now=now)),
        queues=_asked(_queues),
        due=due,
        late={one.name for one in due if one.oldest is not None and now - one.oldest > LATE},
        providers=_providers(now),
        circuits=list(ProviderState.objects.filter(open_until__gt=now).order_by("provider")),
        mailboxes=list(Mailbox.objects.order_by("name")),
        storage=_storage(),
        nightly=[
            dict(one) for one in Slot.objects.order_by("-taken_at").values("job", "slot", "taken_at", "result")[:10]
        ],
    )
    _asked(lambda: cache.set("operations.facts", found, KEPT))
    return found


def _asked(question: Any) -> Any:
    try:
        return question()
    except RedisError:
        return None


def _queues() -> dict[str, int]:
    with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
        return {name: int(client.llen(name)) for name in QUEUES}


def _providers(now: datetime) -> list[dict[str, Any]]:
    """What each provider did in the last day, with its latest failure; what waits or was not to be sent is no work of theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT coalesce(nullif(provider, ''), 'no provider yet') AS name, channel, count(*) AS total,
                count(*) FILTER (WHERE status IN ('sent', 'delivered', 'read')) AS sent,
                count(*) FILTER (WHERE status IN ('failed', 'bounced', 'uncertain')) AS failed,
                max(created_at) FILTER (WHERE status IN ('failed', 'bounced', 'uncertain')) AS failed_at,
                (array_agg(reason ORDER BY id DESC) FILTER (WHERE status IN ('failed', 'bounced', 'uncertain')))[1] AS why
            FROM (SELECT * FROM {Message._meta.db_table} WHERE created_at > %s ORDER BY id DESC LIMIT 50000) AS recent
            WHERE direction = 'out' AND channel <> 'in_app'
                AND (provider <> '' OR status IN ('failed', 'bounced', 'uncertain'))
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
            [now - timedelta(days=1)],
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _storage() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())"
        )
        size, connections = cursor.fetchone()
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 6"
        )
        tables = [{"name": name, "size": size, "rows": rows} for name, size, rows in cursor.fetchall()]
    return {"size": size, "connections": connections, "tables": tables}
