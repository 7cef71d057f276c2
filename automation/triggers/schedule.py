"""Again and again, on days of a calendar."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import Field, JsonValue, field_validator

from automation.engine.spans import Hours
from automation.triggers.fixed_date import ForMany

EVERY: dict[str, JsonValue] = {"day": "Day", "week": "Week", "month": "Month"}
IN_MONTH: dict[str, JsonValue] = {
    "day": "A day of the month", "last_day": "The last day", "first_working_day": "The first working day",
    "last_working_day": "The last working day", "weekday": "A weekday of the month",
}  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
#: A Monday from which weeks are counted, where none is said.
FIRST_MONDAY = date(2001, 1, 1)


class Schedule(ForMany):
    """Every day, week or month, or every second or third; working days are the organisation's."""

    kind: Literal["schedule"] = "schedule"
    every: Literal["day", "week", "month"] = Field("month", title="Every", json_schema_extra={"labels": EVERY})
    interval: int = Field(1, ge=1, le=60, title="How many", description="2 is every second one")
    starts_on: date | None = Field(None, title="From", description="Counted from here; empty means at once")
    weekdays: list[int] = Field(
        [1], min_length=1, max_length=7, title="On",
        json_schema_extra={"control": "weekdays", "when": {"every": "week"}},
    )  # fmt: skip
    in_month: Literal["day", "last_day", "first_working_day", "last_working_day", "weekday"] = Field(
        "first_working_day", title="On", json_schema_extra={"labels": IN_MONTH, "when": {"every": "month"}}
    )
    day: int = Field(
        1,
        ge=1,
        le=31,
        title="Day",
        description="In a shorter month its last day",
        json_schema_extra={"when": {"in_month": "day"}},
    )
    which: Literal["first", "second", "third", "fourth", "last"] = Field(
        "first", title="Which", json_schema_extra={"when": {"in_month": "weekday"}}
    )
    weekday: int = Field(
        1, ge=1, le=7, title="Weekday", description="1 is Monday", json_schema_extra={"when": {"in_month": "weekday"}}
    )

    title: ClassVar[str] = "Again and again"
    icon: ClassVar[str] = "repeat"

    @field_validator("weekdays")
    @classmethod
    def real_days(cls, days: list[int]) -> list[int]:
        """Each day of the week once."""
        if not set(days) <= set(range(1, 8)):
            raise ValueError("Days are numbers from 1 for Monday to 7 for Sunday.")
        return sorted(set(days))

    def falls(self, day: date, week: Hours) -> bool:
        first = self.starts_on or FIRST_MONDAY
        if day < first:
            return False
        if self.every == "day":
            return (day - first).days % self.interval == 0
        if self.every == "week":
            return day.isoweekday() in self.weekdays and (_monday(day) - _monday(first)).days // 7 % self.interval == 0
        months = (day.year - first.year) * 12 + day.month - first.month
        return months % self.interval == 0 and day == self._day_of_month(day, week)

    def _day_of_month(self, day: date, week: Hours) -> date:
        last = monthrange(day.year, day.month)[1]
        days = [day.replace(day=number) for number in range(1, last + 1)]
        working = [one for one in days if one.isoweekday() in week.days] or days
        if self.in_month == "day":
            return days[min(self.day, last) - 1]
        if self.in_month == "last_day":
            return days[-1]
        if self.in_month == "first_working_day":
            return working[0]
        if self.in_month == "last_working_day":
            return working[-1]
        such = [one for one in days if one.isoweekday() == self.weekday]
        return such[ORDINALS[self.which]]

    def words(self) -> str:
        often = f"every {self.every}" if self.interval == 1 else f"every {self.interval} {self.every}s"
        if self.every == "week":
            return f"{often}, {', '.join(WEEKDAYS[number - 1] for number in self.weekdays)}"
        if self.every == "day":
            return often
        on = {"day": f"day {self.day}", "weekday": f"{self.which} {WEEKDAYS[self.weekday - 1]}"}
        return f"{often}, {on.get(self.in_month, str(IN_MONTH[self.in_month]).removeprefix('The ').lower())}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() - 1)
