"""Sentences that pages say about a day's work. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def greeting(local: datetime, first_name: str) -> str:
    """Greet by the person's own hour: "Good morning, Sam"."""
    part = "morning" if 4 <= local.hour < 12 else "afternoon" if 12 <= local.hour < 18 else "evening"
    return f"Good {part}, {first_name}"


def day_named(day: date) -> str:
    """Name a day in full: "Friday 20 November"."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def about(minutes: int) -> str:
    """Say roughly how long a list takes, to five minutes: "about 1 h 40 min"; nothing for an empty one."""
    if minutes <= 0:
        return ""
    rounded = max(5, round(minutes / 5) * 5)
    hours, rest = divmod(rounded, 60)
    if not hours:
        return f"about {rest} min"
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def plural(count: int, one: str, many: str = "") -> str:
    """Count things: "1 client", "12 clients"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def to_do(count: int, minutes: int, *, done_today: int = 0) -> str:
    """Say what the day still asks: "12 to do today, about 1 h 40 min"."""
    if not count:
        return f"nothing left to do today, {done_today} done" if done_today else "nothing to do today"
    return f"{count:,} to do today, {about(minutes)}" if minutes else f"{count:,} to do today"


def yesterday(done: int, planned: int) -> str:
    """Say how yesterday went; nothing about a day without work."""
    if not planned:
        return ""
    return f"yesterday you finished all {done}" if done >= planned else f"yesterday you finished {done} of {planned}"


def listed(names: Sequence[str]) -> str:
    """Join words the way one says them: "Ana, Ben and Cleo"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def when_said(at: datetime | date | None, now: datetime, zone: tzinfo) -> str:
    """Say a moment or a day in a sentence: "today 15:00", "tomorrow", "Monday 23 November", "12 May 2027"."""
    if at is None:
        return ""
    local = at.astimezone(zone) if isinstance(at, datetime) else at
    day = local.date() if isinstance(local, datetime) else local
    today = now.astimezone(zone).date()
    away = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if away in near:
        words = near[away]
    elif 1 < away < 7:
        words = day_named(day)
    else:
        words = f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if day.year != today.year else "")
    return f"{words} {local:%H:%M}" if isinstance(local, datetime) else words
