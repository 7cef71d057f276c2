"""Rows for messages to contacts, the whole set in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from crm.sql_arrays import array, id_array, text_array
from messaging.models import MessageBody
from messaging.outbox import dumped, one_line


@dataclass(slots=True)
class ContactRow:
    """One message as it is stored. `fallback` are the channels left; `reason` is what the gate said when it was written."""

    contact_id: int
    channel: str
    kind: str
    dedupe_key: str
    topic: str
    status: str
    reason: str
    send_after: datetime
    subject: str = ""
    text: str = ""
    html: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    author_id: int | None = None
    template_id: int | None = None
    stops_on_reply: bool = True
    fallback: Sequence[str] = ()
    fallback_of: int | None = None
    cause_kind: str = ""
    cause_id: int | None = None
    expires_at: datetime | None = None


def write_rows(rows: Sequence[ContactRow], *, now: datetime) -> dict[str, int]:
    """Store the messages with the words they bring; returns the ids of the new ones by their keys. A known key is left
    alone. Call inside the transaction of the cause."""
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "now": now,
                "contact": id_array(row.contact_id for row in rows),
                "channel": text_array(row.channel for row in rows),
                "kind": text_array(row.kind for row in rows),
                "key": text_array(row.dedupe_key for row in rows),
                "topic": text_array(row.topic for row in rows),
                "status": text_array(row.status for row in rows),
                "reason": text_array(row.reason[:300] for row in rows),
                "send_after": array(row.send_after for row in rows),
                "subject": text_array(one_line(row.subject) for row in rows),
                "data": text_array(dumped(row.data) for row in rows),
                "author": array(row.author_id for row in rows),
                "template": array(row.template_id for row in rows),
                "stops": array(row.stops_on_reply for row in rows),
                "fallback": text_array(",".join(row.fallback) for row in rows),
                "fallback_of": array(row.fallback_of for row in rows),
                "cause_kind": text_array(row.cause_kind for row in rows),
                "cause_id": array(row.cause_id for row in rows),
                "expires_at": array(row.expires_at for row in rows),
            },
        )
        ids = {key: pk for pk, key in cursor.fetchall()}
    bodies = [
        MessageBody(message_id=ids[row.dedupe_key], text=row.text.replace("\0", ""), html=row.html.replace("\0", ""))
        for row in rows
        if (row.text or row.html) and row.dedupe_key in ids
    ]
    if bodies:
        MessageBody.objects.bulk_create(bodies, ignore_conflicts=True)
    return ids


_INSERT = """
INSERT INTO messaging_message (channel, direction, kind, contact_id, author_id, topic, stops_on_reply, template_id,
    fallback, fallback_of, "to", subject, data, cause_kind, cause_id, dedupe_key, status, reason, expires_at, send_after,
    claimed_by, attempts, provider, provider_id, created_at)
SELECT r.channel, 'out', r.kind, r.contact_id, r.author_id, r.topic, r.stops, r.template_id,
    coalesce(string_to_array(nullif(r.fallback, ''), ','), '{}'), r.fallback_of, '', r.subject, r.data::jsonb,
    r.cause_kind, r.cause_id, r.key, r.status, r.reason, r.expires_at, r.send_after, '', 0, '', '', %(now)s
FROM unnest(%(contact)s::bigint[], %(channel)s::text[], %(kind)s::text[], %(key)s::text[], %(topic)s::text[],
        %(status)s::text[], %(reason)s::text[], %(send_after)s::timestamptz[], %(subject)s::text[], %(data)s::text[],
        %(author)s::bigint[], %(template)s::bigint[], %(stops)s::bool[], %(fallback)s::text[],
        %(fallback_of)s::bigint[], %(cause_kind)s::text[], %(cause_id)s::bigint[], %(expires_at)s::timestamptz[])
    WITH ORDINALITY AS r(contact_id, channel, kind, key, topic, status, reason, send_after, subject, data, author_id,
        template_id, stops, fallback, fallback_of, cause_kind, cause_id, expires_at, place)
JOIN crm_contact c ON c.id = r.contact_id
ORDER BY r.place
ON CONFLICT (dedupe_key) DO NOTHING
RETURNING id, dedupe_key
"""
