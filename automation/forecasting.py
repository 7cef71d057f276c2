"""How many people to expect: who would have entered in the last 30 days, and whom the dates ahead name (D14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from automation.dates_ahead import ahead
from automation.definition.whole import Definition
from automation.sandbox.replay import replay

if TYPE_CHECKING:
    from crm.models import User

#: Seconds that looking back may take before a page is drawn.
PATIENCE = 3.0
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Forecast:
    """`total` entries in the last `days` days, and `ahead` by dates in the 30 days to come; `per_day` on the busiest day
    of both. `sample` are contacts, the latest first. `cut`: there was more than could be looked at."""

    days: int
    total: int = 0
    ahead: int = 0
    per_day: int = 0
    sample: list[int] = field(default_factory=list)
    cut: bool = False


def forecast(definition: Definition, automation_id: int, user: User, *, now: datetime) -> Forecast:
    """Whom to expect, by what is stored; nothing is written. The sample is of those whom the person may see."""
    past, dates = replay(definition, automation_id, user, now=now, patience=PATIENCE), ahead(definition, now=now)
    return Forecast(
        days=max(1, (past.until - past.since).days),
        total=past.entered,
        ahead=dates.by_day.total(),
        per_day=max(past.busiest, *dates.by_day.values(), 0),
        sample=list(dict.fromkeys([*(pk for pk, _, _ in past.sample), *dates.sample]))[:SAMPLE],
        cut=past.cut or dates.cut,
    )
