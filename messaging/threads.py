"""Keeping the summary of the talk with each contact: called in the transaction of the message, in sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a talk. `person`: a person wrote it, on their side (incoming) or on ours (outgoing).

    `written_at` where that was before `at`, when it left: it answers only what had come by then.
    """

    contact_id: int
    channel: str
    direction: str
    at: datetime
    snippet: str
    person: bool
    written_at: datetime | None = None


def note_lines(lines: Sequence[Line]) -> None:
    """Move the summaries on, in any order of arrival, in one statement.

    A person's message to us makes the thread wait for an answer; a message that a colleague wrote by hand ends the
    waiting for everything before it.
    """
    if not lines:
        return
    ordered = sorted(lines, key=lambda line: (line.contact_id, line.at))
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "contact": [line.contact_id for line in ordered],
                "channel": [line.channel for line in ordered],
                "direction": [line.direction for line in ordered],
                "at": [line.at for line in ordered],
                "snippet": [" ".join(line.snippet.split())[:200] for line in ordered],
                "person": [line.person for line in ordered],
                "written": [line.written_at or line.at for line in ordered],
            },
        )


# The newest line of each contact in the batch gives the words; the rest are maxima. Contacts in order, so that two
# batches that share some wait for each other instead of deadlocking.
_NOTE = """
WITH line AS (
    SELECT * FROM unnest(%(contact)s::bigint[], %(channel)s::text[], %(direction)s::text[], %(at)s::timestamptz[],
        %(snippet)s::text[], %(person)s::bool[], %(written)s::timestamptz[])
        AS l(contact_id, channel, direction, at, snippet, person, written_at)
), talk AS (
    SELECT contact_id, max(at) AS last_at,
        (array_agg(channel ORDER BY at DESC))[1] AS channel,
        (array_agg(direction ORDER BY at DESC))[1] AS direction,
        (array_agg(snippet ORDER BY at DESC))[1] AS snippet,
        max(at) FILTER (WHERE direction = 'out') AS out_at,
        max(written_at) FILTER (WHERE direction = 'out' AND person) AS answered_at,
        max(at) FILTER (WHERE direction = 'in' AND person) AS reply_at,
        max(at) FILTER (WHERE direction = 'in' AND person AND channel = 'whatsapp') AS whatsapp_at
    FROM line GROUP BY contact_id
)
INSERT INTO messaging_thread AS t (contact_id, last_at, last_channel, last_direction, snippet, last_out_at,
    last_reply_at, whatsapp_in_at, waiting_since)
SELECT contact_id, last_at, channel, direction, snippet, out_at, reply_at, whatsapp_at,
    CASE WHEN answered_at IS NULL OR answered_at < reply_at THEN reply_at END
FROM talk ORDER BY contact_id
ON CONFLICT (contact_id) DO UPDATE SET
    last_channel = CASE WHEN excluded.last_at >= t.last_at THEN excluded.last_channel ELSE t.last_channel END,
    last_direction = CASE WHEN excluded.last_at >= t.last_at THEN excluded.last_direction ELSE t.last_direction END,
    snippet = CASE WHEN excluded.last_at >= t.last_at THEN excluded.snippet ELSE t.snippet END,
    last_at = greatest(t.last_at, excluded.last_at),
    last_out_at = greatest(t.last_out_at, excluded.last_out_at),
    last_reply_at = greatest(t.last_reply_at, excluded.last_reply_at),
    whatsapp_in_at = greatest(t.whatsapp_in_at, excluded.whatsapp_in_at),
    waiting_since = CASE
        WHEN excluded.waiting_since IS NOT NULL THEN coalesce(t.waiting_since, excluded.waiting_since)
        WHEN EXISTS (SELECT FROM talk WHERE talk.contact_id = t.contact_id AND talk.answered_at >= t.waiting_since)
            THEN NULL
        ELSE t.waiting_since END
"""
