"""Writing to the outbox of webhooks: in the transaction of the cause, the whole set in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from messaging.models import CallStatus
from messaging.outbox import without_nul
from messaging.webhooks.address_rules import LONGEST, BadAddress, target_of
from messaging.webhooks.addresses import allowed

#: Bytes of the facts that one call may carry.
MOST_BYTES = 256 * 1024
TOO_LONG = f"It has more to say than the {MOST_BYTES // 1024} kB that one webhook may carry."
UNSIGNED = "The secret that it was to be signed with is not there."
NO_JSON = "What it has to say cannot be written as JSON."

_encode = DjangoJSONEncoder(ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class NewCall:
    """One call: `body` is posted to `url` as JSON. Without `secret_id` the standard secret signs it."""

    key: str
    url: str
    body: dict[str, Any]
    contact_id: int | None
    cause_kind: str = ""
    cause_id: int | None = None
    secret_id: int | None = None


def write_calls(calls: Sequence[NewCall], *, now: datetime) -> dict[str, int]:
    """Write the calls and return their ids by key; a known key is left alone, and its id returned.

    Call inside the transaction of the cause: both are there, or neither is. A call that can never leave (its address, what
    it has to say) is written as refused with the reason, and holds up no other. One for a contact who is not there any
    more is not written; one whose key another transaction is just writing has no id here.
    """
    if not calls:
        return {}
    rows = [_row(one) for one in calls]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "now": now,
                "key": [one.key for one in calls],
                "contact": [one.contact_id for one in calls],
                "secret": [one.secret_id for one in calls],
                "cause_kind": [one.cause_kind for one in calls],
                "cause_id": [one.cause_id for one in calls],
                "url": [row.url for row in rows],
                "host": [row.host for row in rows],
                "body": [row.body for row in rows],
                "problem": [row.problem for row in rows],
                "failed": CallStatus.FAILED,
                "pending": CallStatus.PENDING,
                "no_secret": UNSIGNED,
            },
        )
        return {key: pk for pk, key in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class _Row:
    url: str
    host: str = ""
    body: str = "{}"
    problem: str = ""


def _row(call: NewCall) -> _Row:
    url = call.url.replace("\0", "").encode(errors="replace").decode()
    try:
        host = target_of(url, allowed()).host
        return _Row(url, host, _body(call.body))
    except BadAddress as problem:
        return _Row(url[:LONGEST], problem=str(problem))


def _body(facts: dict[str, Any]) -> str:
    try:
        text = _encode(facts)
        if "\\u0000" in text:
            text = _encode(without_nul(facts))
        known = text.encode(errors="replace")
    except (ValueError, TypeError, RecursionError):
        raise BadAddress(NO_JSON) from None
    if len(known) > MOST_BYTES:
        raise BadAddress(TOO_LONG)
    return known.decode()


_INSERT = """
WITH wanted AS (
    SELECT * FROM unnest(%(key)s::text[], %(url)s::text[], %(host)s::text[], %(body)s::text[], %(contact)s::bigint[],
        %(secret)s::bigint[], %(cause_kind)s::text[], %(cause_id)s::bigint[], %(problem)s::text[])
        WITH ORDINALITY AS w(key, url, host, body, contact_id, secret_id, cause_kind, cause_id, problem, place)
), judged AS (
    SELECT w.*, s.id AS known_secret_id,
        CASE WHEN w.problem = '' AND w.secret_id IS NOT NULL AND s.id IS NULL THEN %(no_secret)s ELSE w.problem END AS why
    FROM wanted w LEFT JOIN crm_contact c ON c.id = w.contact_id LEFT JOIN messaging_webhooksecret s ON s.id = w.secret_id
    WHERE w.contact_id IS NULL OR c.id IS NOT NULL
), written AS (
    INSERT INTO messaging_webhookcall (key, url, host, body, contact_id, secret_id, cause_kind, cause_id, status,
        attempts, next_at, claimed_by, last_error, created_at, tried_at)
    SELECT key, url, host, body::jsonb, contact_id, known_secret_id, cause_kind, cause_id,
        CASE why WHEN '' THEN %(pending)s ELSE %(failed)s END, 0, %(now)s, '', why, %(now)s,
        CASE why WHEN '' THEN NULL ELSE %(now)s::timestamptz END
    FROM judged ORDER BY place
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key
)
SELECT id, key FROM written
UNION ALL
SELECT c.id, c.key FROM messaging_webhookcall c WHERE c.key = ANY(%(key)s::text[])
"""
