"""The outbox: messages are written in the transaction of their cause, the whole set in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from messaging.models import MessageBody

_encode = DjangoJSONEncoder(ensure_ascii=False).encode


@dataclass(slots=True)
class NewMessage:
    """One message to one person over one channel. `data` is what its template will need; a message that comes with
    its words already written carries them in `text` and `html`."""

    channel: str
    kind: str
    dedupe_key: str
    user_id: int | None = None
    contact_id: int | None = None
    subject: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    cause_kind: str = ""
    cause_id: int | None = None
    send_after: datetime | None = None
    expires_at: datetime | None = None
    text: str = ""
    html: str = ""


class Route(NamedTuple):
    """What many messages of a set have in common. `suffix` is added to the key of each."""

    channel: str
    kind: str
    suffix: str = ""
    status: str = "pending"
    reason: str = ""
    send_after: datetime | None = None
    expires_at: datetime | None = None


class Item(NamedTuple):
    """What is each message's own. It goes out over every route of its number."""

    route: int
    key: str
    user_id: int | None
    contact_id: int | None
    subject: str
    data: str
    cause_kind: str
    cause_id: int | None


def put(new: Sequence[NewMessage], *, now: datetime) -> list[int]:
    """Write the messages and return the ids of those that were not there yet; a known key is left alone.

    Call inside the transaction of the cause: both are there, or neither is.
    """
    numbers: dict[Route, int] = {}
    items = []
    for one in new:
        route = Route(one.channel, one.kind, send_after=one.send_after, expires_at=one.expires_at)
        number = numbers.setdefault(route, len(numbers))
        items.append(
            Item(
                number,
                one.dedupe_key,
                one.user_id,
                one.contact_id,
                one.subject,
                dumped(one.data),
                one.cause_kind,
                one.cause_id,
            )
        )
    with transaction.atomic():
        written = write(items, [[route] for route in numbers], now=now)
        _keep_words(new, {key: pk for pk, key in written})
    return [pk for pk, _ in written]


def dumped(data: dict[str, Any]) -> str:
    """The facts as JSON. A NUL, which the database cannot hold, is left out."""
    if not data:
        return "{}"
    text = _encode(data)
    # Only then may there be one: the same signs are also how a backslash before "u0000" is written.
    return _encode(without_nul(data)) if "\\u0000" in text else text


def without_nul(value: Any) -> Any:
    """The facts without what the database cannot hold, at any depth."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {without_nul(name): without_nul(one) for name, one in value.items()}
    return [without_nul(one) for one in value] if isinstance(value, list | tuple) else value


def write(items: Sequence[Item], routes: Sequence[Sequence[Route]], *, now: datetime) -> list[tuple[int, str]]:
    """Write every item over every route of its number, in one statement; returns id and key of what is new."""
    if not items:
        return []
    flat = [(number, route) for number, ways in enumerate(routes) for route in ways]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "now": now,
                "number": [number for number, _ in flat],
                "channel": [route.channel for _, route in flat],
                "kind": [route.kind for _, route in flat],
                "suffix": [route.suffix for _, route in flat],
                "status": [route.status for _, route in flat],
                "reason": [route.reason[:300] for _, route in flat],
                "send_after": [route.send_after for _, route in flat],
                "expires_at": [route.expires_at for _, route in flat],
                "route": [item.route for item in items],
                "key": [item.key for item in items],
                "user": [item.user_id for item in items],
                "contact": [item.contact_id for item in items],
                "subject": [one_line(item.subject) for item in items],
                "data": f"[{','.join(item.data for item in items)}]",
                "cause_kind": [item.cause_kind for item in items],
                "cause_id": [item.cause_id for item in items],
            },
        )
        return [(pk, key) for pk, key in cursor.fetchall()]


def one_line(subject: str) -> str:
    """A subject as it may stand in a header and in its column: no line breaks or control characters, 300 letters."""
    if not subject.isprintable():
        subject = " ".join("".join(letter if letter.isprintable() else " " for letter in subject).split())
    return subject[:300]


def _keep_words(new: Sequence[NewMessage], ids: dict[str, int]) -> None:
    bodies = [
        MessageBody(message_id=ids[one.dedupe_key], text=one.text, html=one.html)
        for one in new
        if (one.text or one.html) and one.dedupe_key in ids
    ]
    if bodies:
        MessageBody.objects.bulk_create(bodies)


# A message in the app needs no provider: it is delivered by being written.
_INSERT = """
INSERT INTO messaging_message (channel, direction, kind, contact_id, user_id, "to", subject, data, cause_kind, cause_id,
    dedupe_key, status, reason, expires_at, send_after, claimed_by, attempts, provider, provider_id, created_at,
    sent_at, delivered_at)
SELECT r.channel, 'out', r.kind, i.contact_id, i.user_id, '', i.subject, d.data, i.cause_kind, i.cause_id,
    i.key || r.suffix, r.status, r.reason, r.expires_at, coalesce(r.send_after, %(now)s), '', 0, '', '', %(now)s,
    CASE r.status WHEN 'delivered' THEN %(now)s END, CASE r.status WHEN 'delivered' THEN %(now)s END
FROM unnest(%(route)s::int[], %(key)s::text[], %(user)s::bigint[], %(contact)s::bigint[], %(subject)s::text[],
        %(cause_kind)s::text[], %(cause_id)s::bigint[])
    WITH ORDINALITY AS i(route, key, user_id, contact_id, subject, cause_kind, cause_id, place)
JOIN jsonb_array_elements(%(data)s::jsonb) WITH ORDINALITY AS d(data, place) USING (place)
JOIN unnest(%(number)s::int[], %(channel)s::text[], %(kind)s::text[], %(suffix)s::text[], %(status)s::text[],
        %(reason)s::text[], %(send_after)s::timestamptz[], %(expires_at)s::timestamptz[])
    AS r(number, channel, kind, suffix, status, reason, send_after, expires_at) ON r.number = i.route
ORDER BY place
ON CONFLICT (dedupe_key) DO NOTHING
RETURNING id, dedupe_key
"""
