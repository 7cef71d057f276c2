"""What the house leaves to an automation just now, on the page where it is set: a panel of the organisation's settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.views.guard import PersonRequest
from followups.house_rules import CHECK_INS, SPEED_TO_LEAD, resting_in_words

#: The rules that are set there.
SET_THERE = (SPEED_TO_LEAD, CHECK_INS)


def organisation_panel(request: PersonRequest, record: Any, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """Say which of them rest and why; nothing where none does."""
    found = resting_in_words(SET_THERE)
    return ("followups/settings/_resting.html", {"resting": found}) if found else None
