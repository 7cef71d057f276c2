"""The why ledger: each verdict that held or stopped a message is a row with its rule, sentence and moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.policy import Verdict


def write_decisions(verdicts: Sequence[tuple[int, Verdict]], *, now: datetime) -> None:
    """Add one row per message and verdict."""
    rows = [
        [message_id, verdict.verdict, verdict.rule, verdict.sentence[:300].replace("\0", ""), _facts(verdict)]
        for message_id, verdict in verdicts
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        # One document for the whole batch: far quicker than a parameter for each value.
        cursor.execute(
            """
            INSERT INTO messaging_decision (message_id, at, verdict, rule, sentence, facts)
            SELECT (d.row->>0)::bigint, %s, d.row->>1, d.row->>2, d.row->>3, d.row->4
            FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS d(row, place) ORDER BY d.place
            """,
            [now, json.dumps(rows, ensure_ascii=False)],
        )


def write_holds(verdicts: Sequence[tuple[int, Verdict]], *, now: datetime) -> None:
    """Add one row per message that its provider keeps waiting, but not again within the hour: it may be held often."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_decision (message_id, at, verdict, rule, sentence, facts)
            SELECT i.id, %(now)s, 'hold', i.rule, left(i.sentence, 300), jsonb_build_object('until', i.until)
            FROM unnest(%(ids)s::bigint[], %(rules)s::text[], %(sentences)s::text[], %(until)s::text[])
                AS i(id, rule, sentence, until)
            WHERE NOT EXISTS (SELECT FROM messaging_decision d WHERE d.message_id = i.id AND d.rule = i.rule
                AND d.at > %(now)s::timestamptz - interval '1 hour')
            """,
            {
                "now": now,
                "ids": [message_id for message_id, _ in verdicts],
                "rules": [verdict.rule for _, verdict in verdicts],
                "sentences": [verdict.sentence for _, verdict in verdicts],
                "until": [verdict.until.isoformat() if verdict.until else None for _, verdict in verdicts],
            },
        )


def _facts(verdict: Verdict) -> dict[str, Any]:
    return dict(verdict.facts) | ({"until": verdict.until.isoformat()} if verdict.until else {})
