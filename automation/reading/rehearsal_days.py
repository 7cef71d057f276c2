"""A rehearsal for its page: its lines day by day, each with its tone. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, tzinfo

from automation.sandbox import timeline
from automation.sandbox.timeline import Line, Rehearsed

TONES = {
    timeline.ENTERED: "info", timeline.MESSAGE: "good", timeline.FOLLOWUP: "plum", timeline.HAPPENS: "info",
    timeline.LEFT: "good", timeline.PARKED: "danger", timeline.WAITS: "",
}  # fmt: skip
VERDICTS = {
    "sent": ("Would be sent", "good"),
    "held": ("Would still be waiting", "warn"),
    "not sent": ("Would not be sent", "danger"),
    "failed": ("Could not be written", "danger"),
}


@dataclass(slots=True)
class Shown:
    """A line with how it is drawn."""

    line: Line
    tone: str
    verdict: str = ""
    verdict_tone: str = ""
    until: str = ""


@dataclass(slots=True)
class Day:
    """The lines of one day; `after` says how many days after the start it is."""

    day: date
    after: str
    lines: list[Shown] = field(default_factory=list)


def days_of(run: Rehearsed, zone: tzinfo) -> list[Day]:
    """The lines by local days."""
    first = run.start.astimezone(zone).date()
    days: dict[date, Day] = {}
    for line in run.lines:
        day = line.at.astimezone(zone).date()
        number = (day - first).days
        after = "" if not number else "1 day later" if number == 1 else f"{number:,} days later"
        days.setdefault(day, Day(day, after)).lines.append(_shown(line, zone))
    return list(days.values())


def _shown(line: Line, zone: tzinfo) -> Shown:
    if line.preview is None:
        failed = bool(line.data.get("failed"))
        until = f"{line.until.astimezone(zone):%A %-d %B, %H:%M}" if line.until else ""
        return Shown(line, "warn" if failed else TONES.get(line.kind, ""), until=until)
    words, tone = VERDICTS.get(line.preview.verdict, (line.preview.verdict, ""))
    return Shown(line, tone, words, tone)
