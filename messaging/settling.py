"""Ending the doubt about a message whose answer was lost: by what its provider says, or by what a person knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from crm.models import User
from messaging.channels.shape import Answer, Outcome
from messaging.consequences import ended_of, follow
from messaging.ledger import write_decisions
from messaging.models import MessageStatus
from messaging.policy import Verdict
from messaging.retrying import ATTEMPTS


@dataclass(frozen=True, slots=True)
class Found:
    """What a provider says of a message. LATER means that it never got it."""

    message_id: int
    answer: Answer


NEVER_ARRIVED = "The provider never got it, so it is sent again."


def settle_found(found: Sequence[Found], *, now: datetime) -> list[int]:
    """Settle uncertain messages by their provider’s word; returns those that were still uncertain."""
    rows = [
        (one.message_id, _STATUS[one.answer.outcome], one.answer.words, one.answer)
        for one in found
        if one.answer.outcome is not Outcome.UNCLEAR
    ]
    return _settle(rows, now=now)


def settle(ids: Collection[int], *, arrived: bool, by: User, now: datetime) -> list[int]:
    """Settle uncertain messages by what a person knows; returns those that were still uncertain.

    One that arrived counts as sent. One that did not is sent again, at once: only a person may decide that.
    """
    status = MessageStatus.SENT if arrived else MessageStatus.PENDING
    words = (
        f"{by.name} said that it arrived."
        if arrived
        else f"{by.name} said that it did not arrive, and had it sent again."
    )
    answer = Answer(Outcome.TAKEN if arrived else Outcome.LATER, words)
    return _settle([(pk, status, words, answer) for pk in sorted(set(ids))], now=now)


_STATUS: dict[Outcome, str] = {
    Outcome.TAKEN: MessageStatus.SENT,
    Outcome.DELIVERED: MessageStatus.DELIVERED,
    Outcome.REFUSED: MessageStatus.FAILED,
    Outcome.LATER: MessageStatus.PENDING,
}


@transaction.atomic
def _settle(rows: Sequence[tuple[int, str, str, Answer]], *, now: datetime) -> list[int]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "now": now,
                "most": ATTEMPTS,
                "ids": [row[0] for row in rows],
                "statuses": [str(row[1]) for row in rows],
                "words": [row[2] or (NEVER_ARRIVED if row[1] == MessageStatus.PENDING else "") for row in rows],
                "names": [row[3].provider_id[:300] for row in rows],
                "costs": [row[3].cost for row in rows],
                "currencies": [row[3].currency for row in rows],
            },
        )
        became = dict(cursor.fetchall())
    failed = [pk for pk, status in became.items() if status == MessageStatus.FAILED]
    words = {row[0]: row[2] for row in rows}
    if failed:
        write_decisions([(pk, Verdict("refuse", "failed", words[pk])) for pk in failed], now=now)
    follow(ended_of([pk for pk, status in became.items() if status != MessageStatus.PENDING]), now=now)
    return sorted(became)


_SETTLE = """
WITH found AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(words)s::text[], %(names)s::text[],
        %(costs)s::numeric[], %(currencies)s::text[]) AS f(id, status, words, name, cost, currency)
), settled AS (
    UPDATE messaging_message m SET
        status = CASE WHEN f.status = 'pending' AND m.attempts >= %(most)s THEN 'failed' ELSE f.status END,
        reason = left(f.words, 300),
        provider_id = coalesce(nullif(f.name, ''), m.provider_id),
        cost = coalesce(f.cost, m.cost),
        currency = CASE WHEN f.cost IS NULL THEN m.currency ELSE f.currency END,
        sent_at = CASE WHEN f.status IN ('sent', 'delivered') THEN m.handed_at ELSE m.sent_at END,
        delivered_at = CASE WHEN f.status = 'delivered' THEN %(now)s ELSE m.delivered_at END,
        handed_at = CASE WHEN f.status = 'pending' THEN NULL ELSE m.handed_at END,
        allowed_at = CASE WHEN f.status = 'pending' THEN NULL ELSE m.allowed_at END,
        send_after = CASE WHEN f.status = 'pending' THEN %(now)s ELSE m.send_after END,
        look_up_at = NULL, claimed_by = '', lease_until = NULL
    FROM found f
    WHERE m.id = f.id AND m.status = 'uncertain'
    RETURNING m.id, m.status, f.words, f.status AS found
), noted AS (
    INSERT INTO messaging_messageevent (message_id, kind, at, detail)
    SELECT id, CASE found WHEN 'pending' THEN 'not_arrived' ELSE status END, %(now)s, left(words, 500) FROM settled
)
SELECT id, status FROM settled
"""
