"""Days before or after a date of the contact, once or every year."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.spans import Hours, span_words
from automation.triggers.timed import ByDate, OnTheirClock, Wanted

DATES: dict[str, JsonValue] = {"control": "date_field", "whose": "contact", "needed": "Choose the date."}
CREATED = "created_at"


class _ByDate(OnTheirClock):
    """`field` as "contact.SLUG" for an own field, or "contact.created_at"."""

    date: str = Field("", max_length=100, title="The date", json_schema_extra=DATES)
    offset_days: int = Field(
        0, ge=-3650, le=3650, title="Days after it", description="A minus counts back: -30 is thirty days before"
    )

    yearly: ClassVar[bool] = False

    @property
    def field(self) -> str:
        """The slug of the own field, or "created_at"."""
        return self.date.removeprefix("contact.").removeprefix("custom.")

    def window(self, since: datetime, until: datetime, week: Hours) -> ByDate | None:
        """Whoever has one of the days that come so many days before or after an occasion in the window."""
        wanted = tuple(
            Wanted(every_year(day) if self.yearly else (day.isoformat(),), one)
            for one in self.occasions(since, until, week)
            for day in [one.on - timedelta(days=self.offset_days)]
        )
        if not wanted or not self.field:
            return None
        name = f"{self.field}:{self.offset_days}"
        return ByDate(self.field, wanted, self.at, name, yearly=self.yearly)

    def words(self) -> str:
        name = self.field.replace("_", " ").replace("-", " ")
        return f"{distance(self.offset_days)}“{'added on' if self.field == CREATED else name}”"


class DateField(_ByDate):
    """A passport runs out, a course begins: so many days before or after."""

    kind: Literal["date_field"] = "date_field"

    title: ClassVar[str] = "A date of theirs"
    icon: ClassVar[str] = "calendar-clock"


class Birthday(_ByDate):
    """Every year; who was born on 29 February is remembered on the 28th where there is none."""

    kind: Literal["birthday"] = "birthday"
    date: str = Field("", max_length=100, title="Date of birth", json_schema_extra=DATES)

    title: ClassVar[str] = "Birthday"
    icon: ClassVar[str] = "star"
    yearly: ClassVar[bool] = True


class Anniversary(_ByDate):
    """Every year from the first on: the day on which they came to you, or any date."""

    kind: Literal["anniversary"] = "anniversary"
    date: str = Field(f"contact.{CREATED}", max_length=100, title="Of the date", json_schema_extra=DATES)

    title: ClassVar[str] = "Anniversary"
    icon: ClassVar[str] = "repeat"
    yearly: ClassVar[bool] = True


def every_year(day: date) -> tuple[str, ...]:
    """The days of any year that are remembered on this one, without the year."""
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        return ("02-28", "02-29")
    return (f"{day:%m-%d}",)


def distance(days: int) -> str:
    """ "30 days before ", or nothing for the day itself."""
    return f"{span_words(abs(days), 'days')} {'before' if days < 0 else 'after'} " if days else ""
