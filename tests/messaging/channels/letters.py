"""Letters for tests of channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from messaging.channels.shape import Letter, Lost

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKEN = "0a1b2c3d4e5f"


def letter(number: int = 1, **fields: Any) -> Letter:
    """Make a letter to Maria."""
    given = {
        "user_id": None,
        "address": "maria@example.org",
        "name": "María Núñez",
        "subject": "Your visa — next steps",
        "text": "Good day, María.\n",
        "html": "<p>Good day, María.</p>",
        "date": NOW,
        "contact_id": 7,
    }
    return Letter(message_id=number, token=TOKEN, **{**given, **fields})


def lost(
    number: int = 1, *, at: datetime | None = None, after: timedelta = timedelta(minutes=1), **fields: Any
) -> Lost:
    """Make a letter whose answer was lost, and which is asked about so long after."""
    at = at or datetime.now(UTC)
    given = {"address": "maria@example.org", "sender": "", "text": "Good day, María.\n"}
    return Lost(message_id=number, token=TOKEN, handed_at=at, asked_at=at + after, **{**given, **fields})
