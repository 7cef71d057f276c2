"""Wait until a time of day, until the hours of a week are open, or until a date that is stored."""

from __future__ import annotations

from datetime import date, timedelta
from datetime import time as clock
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from automation.engine.moments import day_and_time, next_time
from automation.engine.sending import WeekWindow, next_opening
from automation.steps.shape import NEXT, ON_THEIR_CLOCK, Case, Decision, Fail, Go, Stay, Step, Way

NO_DATE = "no_date"
#: Records whose dates may be waited for, and the events after which those may be others.
CHANGED = {"deal": "deal_changed", "document": "document_changed", "invoice": "invoice_changed"}


class WaitUntil(Step):
    """All of it on the person's own clock. A date that was moved meanwhile counts as it is now."""

    kind: Literal["wait_until"] = "wait_until"
    until: Literal["time", "window", "date"] = Field(
        "time", title="Wait until",
        json_schema_extra={"labels": {"time": "A time of day", "window": "Hours of the week", "date": "A date"}},
    )  # fmt: skip
    date: str = Field(
        "", max_length=100, title="The date", description="Of the contact, or of the record that they are in for",
        json_schema_extra={"control": "date_field", "when": {"until": "date"}},
    )  # fmt: skip
    offset_days: int = Field(
        0, ge=-3650, le=3650, title="Days after it", description="A minus counts back: -30 is thirty days before",
        json_schema_extra={"when": {"until": "date"}},
    )  # fmt: skip
    at: clock = Field(clock(9), title="At", description="The time of day where they are, or when the hours begin")
    to: clock = Field(
        clock(17), title="To", description="When the hours end", json_schema_extra={"when": {"until": "window"}}
    )
    days: list[int] = Field(
        [1, 2, 3, 4, 5, 6, 7], min_length=1, max_length=7, title="On", description="The days that count; a date has its own",
        json_schema_extra={"control": "weekdays"},
    )  # fmt: skip

    title: ClassVar[str] = "Wait until"
    icon: ClassVar[str] = "calendar-clock"
    group: ClassVar[str] = "wait"
    reads: ClassVar[bool] = True

    @field_validator("days")
    @classmethod
    def real_days(cls, days: list[int]) -> list[int]:
        """Each day of the week once."""
        if not set(days) <= set(range(1, 8)):
            raise ValueError("Days are numbers from 1 for Monday to 7 for Sunday.")
        return sorted(set(days))

    def ways(self) -> list[Way]:
        return (
            [Way(NEXT, "it has come"), Way(NO_DATE, "there is no such date")] if self.until == "date" else [Way(NEXT)]
        )

    def waits(self) -> bool:
        return True

    def wakes(self) -> frozenset[str]:
        record = CHANGED.get(self.date.partition(".")[0]) if self.until == "date" else None
        return ON_THEIR_CLOCK | {record} if record else ON_THEIR_CLOCK

    def dates(self) -> frozenset[str]:
        return frozenset({self.date}) if self.until == "date" and self.date else frozenset()

    def lacks(self) -> dict[str, str]:
        return {"date": "Choose the date to wait for."} if self.until == "date" and not self.date else {}

    def words(self) -> str:
        if self.until == "time":
            return f"{self.at:%H:%M}"
        if self.until == "window":
            return f"between {self.at:%H:%M} and {self.to:%H:%M}"
        side = "before" if self.offset_days < 0 else "after"
        days = abs(self.offset_days)
        distance = f"{days:,} day{'' if days == 1 else 's'} {side} " if days else ""
        return f"{distance}{said(self.date)}"

    def decide(self, case: Case) -> Decision:
        for sentence in self.lacks().values():
            return Fail(sentence)
        if self.until == "date":
            return self._date(case)
        zone = case.facts.zone
        if self.until == "window":
            opening = next_opening(case.now, WeekWindow(self.days, self.at, self.to), zone)
            if opening <= case.now:
                return Go(NEXT, f"It is {self.words()}.")
            return Stay(opening, f"Waits until it is {self.words()}.")
        until = next_time(case.state.since, self.at, self.days, zone)
        if case.now >= until:
            return Go(NEXT, f"It is past {self.words()}.")
        return Stay(until, f"Waits until {self.words()}.")

    def _date(self, case: Case) -> Decision:
        day: date | None = case.facts.dates.get(self.date)
        if day is None:
            return Go(NO_DATE, f"There is no {said(self.date)}.")
        until = day_and_time(day, timedelta(days=self.offset_days), self.at, case.facts.zone)
        if case.now >= until:
            return Go(NEXT, f"It is {self.words()}: {day:%d %b %Y}.")
        return Stay(until, f"Waits until {self.words()}: {day:%d %b %Y}.")


def said(field: str) -> str:
    """A date field in words: "invoice.due_on" is "the invoice's due date"."""
    whose, _, name = field.partition(".")
    plain = name.removesuffix("_on").removeprefix("custom.").replace("_", " ").replace("-", " ")
    plain = {"due": "due date", "expires": "last day"}.get(plain, plain)
    return f"the {whose}’s {plain}" if whose in CHANGED else f"“{plain}”"
