"""What triggers of time have in common: windows, and what to look for in one. Pure.

A window is half-open, `since` counts and `until` does not, and the next begins where the last ended: so every moment lies
in exactly one, however long nothing ran. What a trigger looks for is said as data; `automation/dating.py` finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

from pydantic import Field

from automation.engine.spans import Hours
from automation.triggers.shape import Trigger
from crm.zones import moment, zone_names

DAY = timedelta(days=1)
#: No wall time is further than this from the same reading of the clock in UTC.
FURTHEST = timedelta(days=1)
#: So far ahead a day is looked for on which a trigger falls; one that never does is looked at no more.
AHEAD = 366 * 9
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A local day whose time of day comes within a window, and the zones in which it does; None for all of them."""

    on: date
    zones: frozenset[str] | None = None

    def holds_in(self, zone_name: str) -> bool:
        return self.zones is None or zone_name in self.zones


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who has one of these days is meant, on that occasion: "2027-05-20", or "05-20" where it comes every year."""

    days: tuple[str, ...]
    occasion: Occasion


@dataclass(frozen=True, slots=True)
class ByDate:
    """Contacts by a date of theirs, or documents by their last day. `field` is an own field's slug, "created_at", or
    "expires_on" of documents, then of one kind if `document_kind` says so."""

    field: str
    wanted: tuple[Wanted, ...]
    at: time
    name: str
    yearly: bool = False
    of_documents: bool = False
    document_kind: int | None = None


@dataclass(frozen=True, slots=True)
class Everybody:
    """All whom the automation is for, or those of one audience."""

    occasions: tuple[Occasion, ...]
    at: time
    name: str
    audience: int | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Whose last real contact, or arrival, lies in these moments."""

    since: datetime
    until: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Messages of ours that left in these moments, and that nobody has answered since."""

    since: datetime
    until: datetime
    days: int
    template: int | None = None


Query = ByDate | Everybody | Quiet | Unanswered


class Timed(Trigger):
    """A trigger that time sets off."""

    group: ClassVar[str] = "time"

    def window(self, since: datetime, until: datetime, week: Hours) -> Query | None:
        """Whom to look for from `since` up to, but not including, `until`; None for nobody."""
        raise NotImplementedError

    def next_look(self, after: datetime, week: Hours) -> datetime:
        """When it is worth looking again: no later than the first moment past `after` at which somebody may be due."""
        return after + timedelta(minutes=15)


class OnTheirClock(Timed):
    """At a time of day where each person is, on the days that the trigger falls on."""

    at: time = Field(time(9), title="At", description="Where they are; without a zone of their own, where you are")

    def falls(self, day: date, week: Hours) -> bool:
        """Whether it falls on that day of a calendar."""
        return True

    def occasions(self, since: datetime, until: datetime, week: Hours) -> tuple[Occasion, ...]:
        """The days whose time of day comes in the window somewhere, and where."""
        found = []
        day = since.astimezone(UTC).date() - 2 * DAY
        while day <= until.astimezone(UTC).date() + 2 * DAY:
            if self.falls(day, week):
                here = datetime.combine(day, self.at, tzinfo=UTC)
                if since + FURTHEST <= here < until - FURTHEST:
                    found.append(Occasion(day))
                elif zones := frozenset(name for name in zone_names() if since <= moment(day, self.at, name) < until):
                    found.append(Occasion(day, zones))
            day += DAY
        return tuple(found)

    def next_look(self, after: datetime, week: Hours) -> datetime:
        """The first moment past `after` at which it is the time of such a day anywhere."""
        first = after.astimezone(UTC).date() - 2 * DAY
        for distance in range(AHEAD):
            day = first + distance * DAY
            if not self.falls(day, week) or datetime.combine(day, self.at, tzinfo=UTC) + FURTHEST <= after:
                continue
            later = [at for name in zone_names() if (at := moment(day, self.at, name)) > after]
            if later:
                return min(later)
        return NEVER
