"""One day for everybody."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.spans import Hours
from automation.triggers.fields import Id
from automation.triggers.timed import Everybody, OnTheirClock

WHOM: dict[str, JsonValue] = {"control": "audience"}
ALL = "Empty means all who fit the rules"


class ForMany(OnTheirClock):
    """An audience, or everybody whom the automation is for."""

    audience: Id | None = Field(None, title="Whom", description=ALL, json_schema_extra=WHOM)

    def window(self, since: datetime, until: datetime, week: Hours) -> Everybody | None:
        occasions = self.occasions(since, until, week)
        return Everybody(occasions, self.at, self.kind, self.audience) if occasions else None


class FixedDate(ForMany):
    """An audience, or everybody whom the automation is for, on that day."""

    kind: Literal["fixed_date"] = "fixed_date"
    on: date | None = Field(None, title="On", json_schema_extra={"needed": "Choose the day."})

    title: ClassVar[str] = "On a day"
    icon: ClassVar[str] = "calendar-days"

    def falls(self, day: date, week: Hours) -> bool:
        return day == self.on

    def words(self) -> str:
        return f"{self.on.day} {self.on:%B %Y}" if self.on else ""
