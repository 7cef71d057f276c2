"""What came of messages, written down; and the mark on those about to be handed over. One statement for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from messaging.ledger import write_decisions
from messaging.letters import Claimed
from messaging.live_updates import told
from messaging.models import MessageStatus
from messaging.policy import Verdict


@dataclass(slots=True)
class Fate:
    """`words` say why, for people. `send_after` is set where it will be tried again."""

    row: Claimed
    status: str
    words: str = ""
    provider_id: str = ""
    send_after: datetime | None = None


def step(
    known: Sequence[Fate], coming: Sequence[Claimed], *, provider: str, worker: str, lease: timedelta, now: datetime
) -> set[int]:
    """Record the fates, mark the coming as handed over, and return the ids of those that are still the worker's.

    Only rows that the worker holds are touched; one that was found uncertain meanwhile takes the late answer.
    """
    if not known and not coming:
        return set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _STEP,
                {
                    "now": now,
                    "worker": worker,
                    "provider": provider,
                    "lease": now + lease,
                    "coming": [row.pk for row in coming],
                    "addresses": [row.address for row in coming],
                    "ids": [fate.row.pk for fate in known],
                    "statuses": [str(fate.status) for fate in known],
                    "words": [fate.words for fate in known],
                    "to": [fate.row.address for fate in known],
                    "provider_ids": [fate.provider_id[:300] for fate in known],
                    "send_after": [fate.send_after for fate in known],
                },
            )
            ours = {row[0] for row in cursor.fetchall()}
        failed = [fate for fate in known if fate.status == MessageStatus.FAILED]
        if failed:
            write_decisions([(fate.row.pk, Verdict("refuse", "failed", fate.words)) for fate in failed], now=now)
        told({f.row.user_id: f.row.subject for f in known if f.status == MessageStatus.DELIVERED and f.row.user_id})
    return ours


_STEP = """
WITH fate AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(words)s::text[], %(to)s::text[],
        %(provider_ids)s::text[], %(send_after)s::timestamptz[]) AS f(id, status, words, address, provider_id, send_after)
), ended AS (
    UPDATE messaging_message m SET
        status = f.status,
        reason = CASE WHEN f.status IN ('sent', 'delivered') THEN m.reason ELSE left(f.words, 300) END,
        "to" = f.address,
        provider = %(provider)s,
        provider_id = f.provider_id,
        sent_at = CASE WHEN f.status IN ('sent', 'delivered') THEN %(now)s END,
        delivered_at = CASE WHEN f.status = 'delivered' THEN %(now)s END,
        send_after = coalesce(f.send_after, m.send_after),
        handed_at = CASE WHEN f.status = 'scheduled' THEN NULL ELSE m.handed_at END,
        lease_until = NULL, claimed_by = ''
    FROM fate f
    WHERE m.id = f.id AND m.claimed_by = %(worker)s AND m.status IN ('sending', 'uncertain')
    RETURNING m.id
), noted AS (
    INSERT INTO messaging_messageevent (message_id, kind, at, detail)
    SELECT f.id, CASE f.status WHEN 'scheduled' THEN 'not_now' ELSE f.status END, %(now)s, left(f.words, 500)
    FROM fate f JOIN ended ON ended.id = f.id
)
UPDATE messaging_message m SET handed_at = %(now)s, lease_until = %(lease)s, provider = %(provider)s, "to" = c.address
FROM unnest(%(coming)s::bigint[], %(addresses)s::text[]) AS c(id, address)
WHERE m.id = c.id AND m.claimed_by = %(worker)s AND m.status = 'sending'
RETURNING m.id
"""
