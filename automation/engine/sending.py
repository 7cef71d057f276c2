"""When a step that writes to somebody may do so: the automation's own window, its runs, and the caps. Pure.

The gate of the messaging floor has the last word on every message; this only says when to ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from automation.definition.rules import Window
from automation.steps.shape import Case
from crm.zones import local_day, moment

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Later:
    """Until when to wait, and why."""

    until: datetime
    why: str


def when_to_send(case: Case) -> Later | None:
    """None: now."""
    rules, zone = case.graph.rules, case.facts.zone
    if rules.runs_at:
        run = next_run(case.state.since, rules.runs_at, zone)
        if case.now < run:
            return Later(run, "Waits for the next run.")
        if rules.batch_size is not None and case.facts.place >= rules.batch_size:
            return Later(next_run(case.now + timedelta(seconds=1), rules.runs_at, zone), "This run was full.")
    if rules.window is not None:
        opening = next_opening(case.now, rules.window, zone)
        if opening > case.now:
            return Later(opening, "Waits for the hours in which this automation writes.")
    return None


def next_run(after: datetime, times: list[time], zone: str) -> datetime:
    """The first run at or after a moment: local times of day, in UTC."""
    day = local_day(after, zone) - DAY
    for _ in range(4):
        for at in sorted(times):
            run = moment(day, at, zone)
            if run >= after:
                return run.astimezone(UTC)
        day += DAY
    raise AssertionError("every day has its runs")


def next_opening(at: datetime, window: Window, zone: str) -> datetime:
    """The moment itself where the window is open, else when it opens next. A window that ends no later than it begins
    runs into the next day."""
    day = local_day(at, zone) - DAY
    for _ in range(16):
        if day.isoweekday() in window.days:
            begin, end = _stretch(day, window, zone)
            if at < end and begin < end:
                return max(at, begin).astimezone(UTC)
        day += DAY
    return at  # a week without any hour: nobody must wait for ever


def _stretch(day: date, window: Window, zone: str) -> tuple[datetime, datetime]:
    last = day if window.to > window.from_ else day + DAY
    return moment(day, window.from_, zone), moment(last, window.to, zone)
