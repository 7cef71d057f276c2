"""The sweep that says who opened and clicked, some seconds after; what people did then stands on the timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction

from crm.timeline import Happening, record
from messaging.models import MessageChannel
from messaging.tracking.labelling import PERSON, WAIT, Label, Seen, label
from messaging.tracking.links import links_of

BATCH = 500

#: True when a hit has waited for its neighbours and nobody has judged it.
DUE_SQL = (
    "EXISTS (SELECT FROM messaging_messageevent WHERE actor = '' AND kind IN ('opened', 'clicked')"
    f" AND at <= %(now)s - interval '{WAIT.total_seconds():.0f} seconds')"
)


@dataclass(slots=True)
class Hits:
    """One message with everything that was called in it."""

    contact_id: int | None
    subject: str
    channel: str
    delivered_at: datetime | None
    html: str
    template_id: int | None = None
    seen: list[Seen] = field(default_factory=list)


def label_hits(now: datetime) -> int:
    """Label all hits that have waited long enough; returns how many."""
    taken = 0
    while count := _label_batch(now):
        taken += count
        if count < BATCH:
            break
    return taken


@transaction.atomic
def _label_batch(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"until": now - WAIT, "limit": BATCH})
        ours = dict(cursor.fetchall())
        if not ours:
            return 0
        messages = _hits_of(sorted(set(ours.values())), cursor)
        labels: dict[int, Label] = {}
        for hits in messages.values():
            links = set(links_of(hits.html)) if any(hit.kind == "clicked" for hit in hits.seen) else set()
            found = label(hits.seen, delivered_at=hits.delivered_at, links=links)
            labels |= {pk: one for pk, one in found.items() if pk in ours}
        cursor.execute(
            _LABEL,
            [list(labels), [one.actor for one in labels.values()], [one.rule[:200] for one in labels.values()]],
        )
    record(_happenings(messages, labels), now=now)
    return len(ours)


def _hits_of(ids: Sequence[int], cursor: Any) -> dict[int, Hits]:
    cursor.execute(_MESSAGES, [list(ids)])
    found = {row[0]: Hits(*row[1:]) for row in cursor.fetchall()}
    cursor.execute(_HITS, [list(ids)])
    for pk, message_id, kind, at, url, user_agent, network, provider, method, hidden in cursor.fetchall():
        seen = Seen(pk, kind, at, url, user_agent, network, provider, method, hidden == "true")
        found[message_id].seen.append(seen)
    return found


def _happenings(messages: dict[int, Hits], labels: dict[int, Label]) -> list[Happening]:
    """The first time that somebody opened each mail, and the first time that they followed each of its links."""
    found: dict[str, Happening] = {}
    for message_id, hits in messages.items():
        for hit in sorted(hits.seen, key=lambda hit: hit.at):
            if hits.contact_id is None or hit.id not in labels or labels[hit.id].actor != PERSON:
                continue
            about: dict[str, Any] = {
                "subject": hits.subject or "a message without subject",
                "message_id": message_id,
                "template_id": hits.template_id,
                "channel": MessageChannel(hits.channel).label,
                "channel_slug": hits.channel,
            }
            key = f"message_{hit.kind}:{message_id}"
            if hit.kind == "clicked":
                about |= {"link": shown(hit.url), "url": hit.url}
                key += f":{hashlib.sha256(hit.url.encode()).hexdigest()[:16]}"
            happening = Happening(
                f"message_{hit.kind}", hits.contact_id, hit.at, actor="contact",
                subject_kind="message", subject_id=message_id, data=about, key=key,
            )  # fmt: skip
            found.setdefault(key, happening)
    # In one order, so that two workers who share a message wait for each other.
    return [found[key] for key in sorted(found)]


def shown(url: str) -> str:
    """An address as people read it: without scheme and query, not too long."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "a link"
    words = f"{parts.netloc.rpartition('@')[2].removeprefix('www.')}{parts.path.rstrip('/')}"
    return (words if len(words) <= 60 else f"{words[:59]}…") or "a link"


_TAKE = """
SELECT id, message_id FROM messaging_messageevent
WHERE actor = '' AND kind IN ('opened', 'clicked') AND at <= %(until)s
ORDER BY at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""

_MESSAGES = """
SELECT message.id, message.contact_id, message.subject, message.channel,
    coalesce(message.delivered_at, message.sent_at), coalesce(body.html, ''), message.template_id
FROM messaging_message AS message LEFT JOIN messaging_messagebody AS body ON body.message_id = message.id
WHERE message.id = ANY(%s)
"""

_HITS = """
SELECT id, message_id, kind, at, coalesce(data->>'url', ''), coalesce(data->>'user_agent', ''),
    coalesce(data->>'network', ''), coalesce(data->>'provider', ''), coalesce(data->>'method', ''), data->>'hidden'
FROM messaging_messageevent WHERE message_id = ANY(%s) AND kind IN ('opened', 'clicked')
ORDER BY id
"""

_LABEL = """
UPDATE messaging_messageevent AS hit SET actor = said.actor, rule = said.rule
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS said(id, actor, rule) WHERE hit.id = said.id
"""
