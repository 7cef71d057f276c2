"""When a follow-up is due: on a date, which has no time zone, or at a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from crm.zones import day_after, moment, zone
from followups.lifecycle import BadChange

#: Outside these a calendar or a time zone runs out of days; no client waits that long.
FIRST_YEAR, LAST_YEAR = 1970, 9998

#: A date has no time of day; reminders "an hour before" count from the start of the working day.
MORNING = time(9)


class BadDue(BadChange):
    """A due date or time that no follow-up can have; its text says why."""


@dataclass(frozen=True, slots=True)
class Due:
    """Exactly one of a local date and an aware moment. Raises BadDue for anything else."""

    on: date | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.on is None) == (self.at is None):
            raise BadDue("Give a due date or a due time, one of the two.")
        if self.at is not None and self.at.utcoffset() is None:
            raise BadDue("A due time needs its time zone.")
        given = self.on or self.at
        if given is not None and not FIRST_YEAR <= given.year <= LAST_YEAR:
            raise BadDue(f"A due date lies between {FIRST_YEAR} and {LAST_YEAR}; {given.year} does not.")


def read_due(text: str, zone_name: str) -> Due:
    """Read an ISO date, or an ISO date and time; one without an offset is local to the zone. Raises BadDue."""
    text = text.strip()
    if re.match(r"[+-]?\d{5,}-", text):
        raise BadDue(f"A due date lies between {FIRST_YEAR} and {LAST_YEAR}; {text[:20]} does not.")
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return Due(on=date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as problem:
        if isinstance(problem, BadDue):
            raise
        raise BadDue(f"“{text[:40]}” is not a date. Write it like 2026-11-20 or 2026-11-20 15:00.") from None
    if at.utcoffset() is None:
        Due(on=at.date())  # refuses years in which a zone could not be looked up
        at = moment(at.date(), at.time(), zone_name)
    return Due(at=at)


def due_by(due: Due, zone_name: str) -> datetime:
    """The UTC moment after which it is overdue: the time itself, or the end of the date in the assignee's zone."""
    if due.at is not None:
        return due.at.astimezone(UTC)
    assert due.on is not None
    return day_after(due.on, zone_name)


def anchor(due: Due, zone_name: str) -> datetime:
    """The UTC moment that relative reminders count back from: the time itself, or nine in the morning of the date."""
    if due.at is not None:
        return due.at.astimezone(UTC)
    assert due.on is not None
    return moment(due.on, MORNING, zone_name)


def in_words(due: Due, zone_name: str) -> str:
    """For a sentence on the timeline: "Fri 20 Nov 2026" or "Fri 20 Nov 2026, 15:00"."""
    if due.at is None:
        assert due.on is not None
        return f"{due.on:%a} {due.on.day} {due.on:%b %Y}"
    local = due.at.astimezone(zone(zone_name))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
