"""The why ledger: each verdict about a message is a row with its rule, sentence, moment and the facts it used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.policy import Verdict


def write_decisions(verdicts: Sequence[tuple[int, Verdict]], *, now: datetime) -> None:
    """Add one row per message and verdict."""
    _write(verdicts, now)


def write_repeated(verdicts: Sequence[tuple[int, Verdict]], *, now: datetime) -> None:
    """Add one row per message and verdict, but none where the same was said of it within the hour: a message whose
    provider is slow or down is asked about again and again."""
    _write(verdicts, now, "WHERE NOT EXISTS (" + _SAID + ")")


_SAID = """
SELECT FROM messaging_decision d WHERE d.message_id = (n.row->>0)::bigint AND d.verdict = n.row->>1 AND d.rule = n.row->>2
    AND d.at > %(now)s::timestamptz - interval '1 hour'
"""


def _write(verdicts: Sequence[tuple[int, Verdict]], now: datetime, where: str = "") -> None:
    rows = [
        [message_id, verdict.verdict, verdict.rule, verdict.sentence[:300].replace("\0", ""), _facts(verdict)]
        for message_id, verdict in verdicts
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        # One document for the whole batch: far quicker than a parameter for each value.
        cursor.execute(
            f"""
            INSERT INTO messaging_decision (message_id, at, verdict, rule, sentence, facts)
            SELECT (n.row->>0)::bigint, %(now)s, n.row->>1, n.row->>2, n.row->>3, n.row->4
            FROM jsonb_array_elements(%(rows)s::jsonb) WITH ORDINALITY AS n(row, place) {where} ORDER BY n.place
            """,
            {"now": now, "rows": json.dumps(rows, ensure_ascii=False)},
        )


def _facts(verdict: Verdict) -> dict[str, Any]:
    return dict(verdict.facts) | ({"until": verdict.until.isoformat()} if verdict.until else {})
