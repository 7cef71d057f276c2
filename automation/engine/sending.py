"""When a step that writes to somebody may do so: the automation's own window, its runs, and the caps (D12). Pure.

The gate of the messaging floor has the last word on every message; this only says when to ask it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from automation.engine.moments import DAY
from crm.zones import local_day, moment

if TYPE_CHECKING:
    from automation.steps.shape import Case

MOMENT = timedelta(microseconds=1)


class Week(Protocol):
    """ISO weekdays and a stretch of the day; one that ends no later than it begins runs into the next day."""

    @property
    def days(self) -> Sequence[int]: ...
    @property
    def from_(self) -> time: ...
    @property
    def to(self) -> time: ...


@dataclass(frozen=True, slots=True)
class WeekWindow:
    """Such hours, for whoever has no rule of them."""

    days: Sequence[int]
    from_: time
    to: time


@dataclass(frozen=True, slots=True)
class Later:
    """Until when to wait, and why."""

    until: datetime
    why: str


def when_to_send(case: Case) -> Later | None:
    """None: now."""
    rules, facts, now = case.graph.rules, case.facts, case.now
    if rules.runs_at:
        run = next_run(case.state.since, rules.runs_at, facts.zone, rules.window)
        if now < run:
            return Later(run, "Waits for the next run.")
    if rules.window is not None and next_opening(now, rules.window, facts.zone) > now:
        if rules.runs_at:
            return Later(next_run(now, rules.runs_at, facts.zone, rules.window), "Waits for the next run.")
        opening = next_opening(now, rules.window, facts.zone)
        return Later(opening, "Waits for the hours in which this automation writes.")
    if facts.most_touches is not None and len(facts.touches) >= facts.most_touches:
        room = facts.touches[-facts.most_touches] + DAY
        if now < room:
            return Later(room, _cap_words(facts.most_touches))
    if rules.runs_at and rules.batch_size is not None and facts.place >= rules.batch_size:
        return Later(next_run(now + MOMENT, rules.runs_at, facts.zone, rules.window), "This run was full.")
    return None


def _cap_words(most: int) -> str:
    messages = "1 message" if most == 1 else f"{most} messages"
    return f"Automations have sent them {messages} within a day, the most allowed."


def next_run(after: datetime, times: Sequence[time], zone: str, window: Week | None = None) -> datetime:
    """The first run at or after a moment, of those within the hours: local times of day, in UTC."""
    day = local_day(after, zone) - DAY
    for _ in range(16):
        for at in sorted(times):
            run = moment(day, at, zone).astimezone(UTC)
            if run >= after and (window is None or next_opening(run, window, zone) == run):
                return run
        day += DAY
    return after  # two weeks without a run: nobody must wait for ever


def last_run(before: datetime, times: Sequence[time], zone: str, window: Week | None = None) -> datetime:
    """The last run at or before a moment: when the present run began."""
    day = local_day(before, zone) + DAY
    for _ in range(17):
        for at in sorted(times, reverse=True):
            run = moment(day, at, zone).astimezone(UTC)
            if run <= before and (window is None or next_opening(run, window, zone) == run):
                return run
        day -= DAY
    return before - DAY


def next_opening(at: datetime, window: Week, zone: str) -> datetime:
    """The moment itself where the window is open, else when it opens next, in UTC."""
    day = local_day(at, zone) - DAY
    for _ in range(16):
        if day.isoweekday() in window.days:
            begin, end = _stretch(day, window, zone)
            if at < end and begin < end:
                return max(at, begin).astimezone(UTC)
        day += DAY
    return at  # two weeks without any hour: nobody must wait for ever


def fits(at: time, window: Week) -> bool:
    """Whether a time of day lies in the hours of a day."""
    if window.from_ < window.to:
        return window.from_ <= at < window.to
    return at >= window.from_ or at < window.to


def _stretch(day: date, window: Week, zone: str) -> tuple[datetime, datetime]:
    last = day if window.to > window.from_ else day + DAY
    return moment(day, window.from_, zone), moment(last, window.to, zone)
