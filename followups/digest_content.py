"""The digest as data: what a person reads in the morning, put together from facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from followups.digest_facts import MOST_COUNTED, Due, Facts, QuietClient
from followups.reading.focus_order import length
from followups.reading.sentences import day_named, plural

#: Gives the path of a one-click link for a follow-up and an action.
Link = Callable[[int, str], str]


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What a manager reads of others: their counts together, each one's by name, and who is away today."""

    total: Facts
    people: Mapping[str, Facts]
    away: Sequence[str] = field(default_factory=list)


def compose(
    facts: Facts, *, team: TeamFacts | None, name: str, now: datetime, zone: tzinfo, link: Link
) -> dict[str, Any] | None:
    """The digest's content, or None when there is nothing to say."""
    sections = [
        section
        for section in (
            _overdue(facts, now, zone, link),
            _today(facts, now, zone, link),
            _quiet(facts),
            _unplanned(facts),
        )
        if section
    ]
    about_team = _team(team) if team else None
    if not sections and not about_team:
        return None
    return {
        "url": "/",
        "day": day_named(now.astimezone(zone).date()),
        "first_name": name.split(" ")[0],
        "subject": _subject(facts, about_team, now, zone),
        "yesterday": _yesterday(facts),
        "suggestions": _suggestions(facts, now),
        "sections": sections,
        "team": about_team,
    }


def _subject(facts: Facts, team: dict[str, Any] | None, now: datetime, zone: tzinfo) -> str:
    parts = []
    if facts.overdue:
        parts.append(f"{facts.overdue} overdue")
    if facts.today:
        parts.append(f"{facts.today} due today")
    if facts.rotting and len(parts) < 2:
        parts.append(f"{_some(facts.rotting, 'client')} gone quiet")
    if facts.unplanned and not parts:
        parts.append(f"{_some(facts.unplanned, 'client')} with nothing planned")
    if not parts and team:
        parts.append("your team’s day")
    day = day_named(now.astimezone(zone).date()).split(" ")[0]
    return f"{day}: {', '.join(parts)}"


def _some(count: int, noun: str) -> str:
    return f"{count}+ {noun}s" if count >= MOST_COUNTED else plural(count, noun)


def _line(one: Due, now: datetime, zone: tzinfo, link: Link) -> dict[str, Any]:
    said = [one.who, "new lead, waiting for a first answer" if one.speed_to_lead else one.kind.lower()]
    if one.priority in ("urgent", "high"):
        said.append(f"{one.priority} priority")
    if one.moved >= 2:
        said.append(f"put off {one.moved} times")
    if one.late:
        when = f"{length(now - one.due_by)} late"
    else:
        when = f"{one.due_at.astimezone(zone):%H:%M}" if one.due_at else "any time"
    return {
        "title": one.subject,
        "href": f"/followups/{one.id}/",
        "detail": " · ".join(said),
        "when": when,
        "late": one.late,
        "acts": [["Complete", link(one.id, "complete")], ["Snooze to tomorrow", link(one.id, "snooze")]],
    }


def _section(title: str, count: int, lines: list[dict[str, Any]], href: str) -> dict[str, Any] | None:
    if not lines:
        return None
    more = max(0, count - len(lines))
    said = f"{more}+ more" if count >= MOST_COUNTED else f"{more} more" if more else ""
    return {
        "title": title,
        "count": f"{count}+" if count >= MOST_COUNTED else str(count),
        "lines": lines,
        "more": said,
        "href": href,
    }


def _overdue(facts: Facts, now: datetime, zone: tzinfo, link: Link) -> dict[str, Any] | None:
    lines = [_line(one, now, zone, link) for one in facts.lines if one.late]
    return _section("Overdue", facts.overdue, lines, "/followups/?due=overdue&assignee=me")


def _today(facts: Facts, now: datetime, zone: tzinfo, link: Link) -> dict[str, Any] | None:
    lines = [_line(one, now, zone, link) for one in facts.lines if not one.late]
    return _section("Today", facts.today, lines, "/followups/?due=today&assignee=me")


def _client(one: QuietClient, detail: str) -> dict[str, Any]:
    return {"title": one.name, "href": f"/contacts/{one.id}/", "detail": detail, "when": "", "late": False, "acts": []}


def _quiet(facts: Facts) -> dict[str, Any] | None:
    lines = [
        _client(one, f"No real contact for {plural(one.days, 'day')}; every {plural(one.rhythm, 'day')} were meant")
        for one in facts.quiet
    ]
    return _section("Going quiet", facts.rotting, lines, "/contacts/?rotting=yes&owner=me")


def _unplanned(facts: Facts) -> dict[str, Any] | None:
    lines = [_client(one, "Nothing is planned") for one in facts.unplanned_names]
    return _section("Nothing planned", facts.unplanned, lines, "/contacts/?planned=nothing&owner=me")


def _yesterday(facts: Facts) -> str:
    if not facts.done_yesterday and not facts.missed_yesterday:
        return ""
    done = (
        f"Yesterday you finished {facts.done_yesterday}" if facts.done_yesterday else "Yesterday nothing was finished"
    )
    missed = (
        f"; {facts.missed_yesterday} {'was' if facts.missed_yesterday == 1 else 'were'} missed"
        if facts.missed_yesterday
        else ""
    )
    return f"{done}{missed}."


def _suggestions(facts: Facts, now: datetime) -> list[dict[str, str]]:
    """At most three, each with its reason: what slips away first comes first."""
    found = []
    late = [one for one in facts.lines if one.late]
    waiting = next((one for one in late if one.speed_to_lead), None)
    if waiting:
        found.append(
            (
                f"Call {waiting.who} first: a new lead whose clock ran out {length(now - waiting.due_by)} ago.",
                f"/followups/{waiting.id}/",
            )
        )
    urgent = next((one for one in late if one.priority in ("urgent", "high") and not one.speed_to_lead), None)
    if urgent:
        found.append((f"Then “{urgent.subject}” for {urgent.who}: {urgent.priority} priority and {length(now - urgent.due_by)} late." if waiting
                      else f"Begin with “{urgent.subject}” for {urgent.who}: {urgent.priority} priority and {length(now - urgent.due_by)} late.",
                      f"/followups/{urgent.id}/"))  # fmt: skip
    worst = facts.quiet[0] if facts.quiet else None
    if worst and worst.rhythm and worst.days >= 2 * worst.rhythm:
        found.append(
            (
                f"Get back to {worst.name}: silent for {worst.days} days, more than twice the usual {worst.rhythm}.",
                f"/contacts/{worst.id}/",
            )
        )
    if facts.overdue >= 10:
        found.append(
            (
                f"Move what can wait: {facts.overdue} are overdue, and a list that long hides the important ones.",
                "/followups/?due=overdue&assignee=me",
            )
        )
    return [{"text": text, "href": href} for text, href in found[:3]]


def _team(team: TeamFacts) -> dict[str, Any] | None:
    """The team's morning; None when nothing there needs a manager."""
    total = team.total
    if not (total.overdue or total.rotting or total.today):
        return None
    parts = [f"{total.overdue} overdue", f"{total.today} due today"]
    if total.rotting:
        parts.append(f"{_some(total.rotting, 'client')} going quiet")
    said = f"Your team has {', '.join(parts[:-1])} and {parts[-1]}."
    if total.done_yesterday:
        said += f" Yesterday it finished {total.done_yesterday}."
    worst = sorted(team.people.items(), key=lambda item: (-item[1].overdue, item[0]))
    rows = [[name, f"{facts.overdue} overdue, {facts.today} due today"] for name, facts in worst if facts.overdue][:8]
    return {
        "sentence": said,
        "rows": rows,
        "away": f"Away today: {', '.join(team.away)}." if team.away else "",
        "href": "/?of=team",
    }
