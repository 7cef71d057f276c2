"""The why ledger: each verdict that held or stopped a message is a row with its rule, sentence and moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from messaging.models import Decision
from messaging.policy import Verdict


def write_decisions(verdicts: Sequence[tuple[int, Verdict]], *, now: datetime) -> None:
    """Add one row per message and verdict."""
    Decision.objects.bulk_create(
        [
            Decision(
                message_id=message_id,
                at=now,
                verdict=verdict.verdict,
                rule=verdict.rule,
                sentence=verdict.sentence[:300],
                facts=_facts(verdict),
            )
            for message_id, verdict in verdicts
        ]
    )


def _facts(verdict: Verdict) -> dict[str, Any]:
    return {"until": verdict.until.isoformat()} if verdict.until else {}
