"""What came of messages, written down; and the mark on those about to be handed over. One statement for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction

from messaging.breaker import Circuit
from messaging.claimed import Claimed
from messaging.consequences import Ended, follow
from messaging.ledger import write_decisions, write_repeated
from messaging.live_updates import told
from messaging.models import MessageStatus
from messaging.policy import Verdict
from messaging.provider_states import Standing


@dataclass(slots=True)
class Fate:
    """`words` say why, for people, and `code` is the provider's own for it. `send_after` is set where it will be tried
    again; `rule` where it was only held, which costs no attempt. `cost` is in units of `currency`."""

    row: Claimed
    status: str
    words: str = ""
    provider_id: str = ""
    send_after: datetime | None = None
    cost: Decimal | None = None
    currency: str = ""
    code: str = ""
    rule: str = ""
    look_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stepped:
    """Which of the coming are still ours, and how the provider stands."""

    ours: set[int]
    standing: Standing


def step(
    known: Sequence[Fate], coming: Sequence[Claimed], *, provider: str, worker: str, lease: timedelta, now: datetime
) -> Stepped:
    """Record the fates, mark the coming as handed over, and say which are still the worker's.

    Only rows that the worker holds are touched; one that was found uncertain meanwhile takes the late answer. What
    follows for contacts is written in the same transaction.
    """
    if not known and not coming:
        return Stepped(set(), Standing())
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
                    "senders": [row.sender for row in coming],
                    "ids": [fate.row.pk for fate in known],
                    "statuses": [str(fate.status) for fate in known],
                    "words": [fate.words for fate in known],
                    "to": [fate.row.address for fate in known],
                    "provider_ids": [fate.provider_id[:300] for fate in known],
                    "send_after": [fate.send_after for fate in known],
                    "costs": [fate.cost for fate in known],
                    "currencies": [fate.currency for fate in known],
                    "codes": [fate.code for fate in known],
                    "free": [bool(fate.rule) for fate in known],
                    "look_up_at": [fate.look_up_at for fate in known],
                },
            )
            rows = cursor.fetchall()
        became = {pk: status for pk, status, *_ in rows if status}
        _consequences([fate for fate in known if fate.row.pk in became], became, now=now)
    marked = [row for row in rows if not row[1]]
    standing = Standing(Circuit(*marked[0][2:4]), *marked[0][4:]) if marked else Standing()
    return Stepped({row[0] for row in marked}, standing)


def _consequences(ended: Sequence[Fate], became: Mapping[int, str], *, now: datetime) -> None:
    failed = [fate for fate in ended if fate.status == MessageStatus.FAILED]
    if failed:
        write_decisions([(fate.row.pk, Verdict("refuse", "failed", fate.words)) for fate in failed], now=now)
    held = [fate for fate in ended if fate.rule]
    if held:
        write_repeated([(f.row.pk, Verdict("hold", f.rule, f.words, f.send_after)) for f in held], now=now)
    told({f.row.user_id: f.row.subject for f in ended if f.status == MessageStatus.DELIVERED and f.row.user_id})
    to_contacts = [Ended.of(f.row, became[f.row.pk], f.words, f.code) for f in ended if f.row.contact_id is not None]
    if to_contacts:
        follow(to_contacts, now=now)


_STEP = """
WITH fate AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(words)s::text[], %(to)s::text[],
        %(provider_ids)s::text[], %(send_after)s::timestamptz[], %(costs)s::numeric[], %(currencies)s::text[],
        %(codes)s::text[], %(free)s::bool[], %(look_up_at)s::timestamptz[])
        AS f(id, status, words, address, provider_id, send_after, cost, currency, code, free, look_up_at)
), ended AS (
    UPDATE messaging_message m SET
        -- A provider's own callback may have been quicker.
        status = CASE WHEN m.status IN ('sending', 'uncertain') THEN f.status ELSE m.status END,
        reason = CASE WHEN m.status NOT IN ('sending', 'uncertain') OR f.status IN ('sent', 'delivered') THEN m.reason
            ELSE left(f.words, 300) END,
        "to" = coalesce(nullif(f.address, ''), m."to"),
        provider = %(provider)s,
        provider_id = coalesce(nullif(f.provider_id, ''), m.provider_id),
        cost = coalesce(f.cost, m.cost),
        currency = CASE WHEN f.cost IS NULL THEN m.currency ELSE f.currency END,
        sent_at = CASE WHEN f.status IN ('sent', 'delivered') THEN %(now)s ELSE m.sent_at END,
        delivered_at = CASE WHEN f.status = 'delivered' THEN %(now)s ELSE m.delivered_at END,
        send_after = coalesce(f.send_after, m.send_after),
        handed_at = CASE WHEN f.status = 'scheduled' THEN NULL ELSE m.handed_at END,
        allowed_at = CASE WHEN f.status = 'scheduled' THEN NULL ELSE m.allowed_at END,
        attempts = CASE WHEN f.free THEN greatest(m.attempts - 1, 0) ELSE m.attempts END,
        look_up_at = CASE WHEN m.status IN ('sending', 'uncertain') THEN f.look_up_at END,
        lease_until = NULL, claimed_by = ''
    FROM fate f
    WHERE m.id = f.id AND m.claimed_by = %(worker)s
        AND m.status IN ('sending', 'uncertain', 'sent', 'delivered', 'read', 'bounced')
    RETURNING m.id, m.status
), noted AS (
    INSERT INTO messaging_messageevent (message_id, kind, at, detail, data)
    SELECT f.id, CASE f.status WHEN 'scheduled' THEN 'not_now' ELSE f.status END, %(now)s, left(f.words, 500),
        CASE f.code WHEN '' THEN '{}'::jsonb ELSE jsonb_build_object('code', f.code) END
    FROM fate f JOIN ended ON ended.id = f.id
    WHERE NOT f.free
), answered AS (
    -- They have written since the gate looked: back, and it will look again.
    UPDATE messaging_message m SET status = 'pending', attempts = greatest(m.attempts - 1, 0), allowed_at = NULL,
        claimed_by = '', lease_until = NULL
    FROM messaging_thread t
    WHERE m.id = ANY(%(coming)s::bigint[]) AND m.claimed_by = %(worker)s AND m.status = 'sending' AND m.stops_on_reply
        AND t.contact_id = m.contact_id
        AND t.last_reply_at > coalesce((m.data ->> 'written_at')::timestamptz, m.created_at)
    RETURNING m.id
), marked AS (
    UPDATE messaging_message m SET handed_at = %(now)s, lease_until = %(lease)s, provider = %(provider)s,
        "to" = coalesce(nullif(c.address, ''), m."to"), sender = c.sender
    FROM unnest(%(coming)s::bigint[], %(addresses)s::text[], %(senders)s::text[]) AS c(id, address, sender)
    WHERE m.id = c.id AND m.claimed_by = %(worker)s AND m.status = 'sending' AND m.id NOT IN (SELECT id FROM answered)
    RETURNING m.id
)
SELECT marked.id, '', coalesce(p.failures, 0), p.open_until, p.per_hour, coalesce(p.last_error, '')
FROM marked LEFT JOIN messaging_providerstate p ON p.provider = %(provider)s
UNION ALL
SELECT ended.id, ended.status, 0, NULL, NULL, '' FROM ended
"""
