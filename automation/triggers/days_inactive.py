"""Nobody has really spoken with them for so long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.spans import Hours, span_words
from automation.triggers.timed import Quiet, Timed


class DaysInactive(Timed):
    """So many days after the last contact in both directions, or after they came; only who is neither lost nor a former
    client. Each silence counts once: it ends with the next real contact."""

    kind: Literal["days_inactive"] = "days_inactive"
    days: int = Field(60, ge=1, le=3650, title="Days")

    title: ClassVar[str] = "Inactive"
    icon: ClassVar[str] = "leaf"

    def window(self, since: datetime, until: datetime, week: Hours) -> Quiet:
        span = timedelta(days=self.days)
        return Quiet(since - span, until - span, self.days)

    def words(self) -> str:
        return span_words(self.days, "days")
