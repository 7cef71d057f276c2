"""What is known of one person when a step decides, as plain data; loaded for a whole batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from automation.engine.events import Seen
from automation.engine.spans import Hours
from crm.conditions.matching import matches
from crm.conditions.tree import Condition


@dataclass(frozen=True, slots=True)
class Facts:
    """`values` are the facts that conditions ask for (crm/conditions/facts.py); `events` what has happened since the
    enrollment began, of the kinds that matter to it, oldest first; `touches` when automations wrote to them lately,
    oldest first, and `most_touches` how many of them a day is to have at most; `place` how many sends of this automation's
    run came before this one; `dates` the date fields that its steps read."""

    contact_id: int
    name: str = ""
    zone: str = "UTC"
    hours: Hours = field(default_factory=Hours)
    values: Mapping[str, Any] = field(default_factory=dict)
    events: Sequence[Seen] = ()
    touches: Sequence[datetime] = ()
    owner_id: int | None = None
    gone: bool = False
    place: int = 0
    #: When they are back, where they said that they are away.
    away_until: datetime | None = None
    most_touches: int | None = None
    dates: Mapping[str, date] = field(default_factory=dict)

    def fit(self, condition: Condition, now: datetime) -> bool:
        """Whether they fit the condition now; its days are the organisation's."""
        return matches(condition, self.values, now=now, zone=self.hours.zone)
