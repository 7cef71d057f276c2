"""The order that pays most, and for each follow-up the sentence that says why now. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

WEIGHT = {"urgent": 3, "high": 2, "medium": 1, "low": 0}
#: A set time counts as "now" from so long before it until so long after it.
SOON = timedelta(minutes=15)
#: A first contact is announced so long before its clock runs out.
WATCHED = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the order looks at. `timed` is false for a follow-up due on a date."""

    id: int
    due_by: datetime
    timed: bool
    priority: str = "medium"
    score: int | None = None
    contact_score: int = 0
    lifecycle: str = ""
    pinned: bool = False
    started: bool = False
    speed_to_lead: bool = False
    created_at: datetime | None = None
    times_moved: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """One follow-up in its place, with the reason in a sentence."""

    id: int
    reason: str


def in_order(candidates: Iterable[Candidate], now: datetime, zone: tzinfo) -> list[Ranked]:
    """Put the first contacts with a running clock first, then what is set for now, what is late by priority and
    lateness, what can be done any time today by worth, and what is set for later today by time."""
    ordered = sorted(candidates, key=lambda one: _place(one, now))
    return [Ranked(one.id, why_now(one, now, zone)) for one in ordered]


def _place(one: Candidate, now: datetime) -> tuple[float, ...]:
    weight = WEIGHT.get(one.priority, 1)
    if one.speed_to_lead and one.due_by - now <= WATCHED:
        return (0, one.due_by.timestamp(), 0, 0, one.id)
    if one.timed and abs(one.due_by - now) <= SOON:
        return (1, -weight, one.due_by.timestamp(), 0, one.id)
    first = 0 if one.pinned or one.started else 1
    if one.due_by <= now:
        return (2, first, -weight, one.due_by.timestamp(), one.id)
    if one.timed:
        return (4, one.due_by.timestamp(), -weight, 0, one.id)
    return (3, first, -weight, -_worth(one), one.id)


def _worth(one: Candidate) -> int:
    return one.score if one.score is not None else one.contact_score


def why_now(one: Candidate, now: datetime, zone: tzinfo) -> str:
    """Say in one sentence why this follow-up has its place."""
    said = _why_placed(one, now, zone)
    return f"{said}; {_and_besides(one)}" if _and_besides(one) else said


def _why_placed(one: Candidate, now: datetime, zone: tzinfo) -> str:
    left = one.due_by - now
    if one.speed_to_lead and left <= WATCHED:
        waiting = (
            f"has waited {length(now - one.created_at)} for a first answer"
            if one.created_at
            else "waits for a first answer"
        )
        return f"A new lead {waiting}, and the clock {'runs out in ' + length(left) if left > timedelta() else 'ran out ' + length(-left) + ' ago'}"
    if one.timed and abs(left) <= SOON:
        return f"Set for {one.due_by.astimezone(zone):%H:%M}, which is {'in ' + length(left) if left >= timedelta(minutes=1) else 'now'}"
    if one.due_by <= now:
        return f"{length(-left).capitalize()} late"
    if one.timed:
        return f"Set for {one.due_by.astimezone(zone):%H:%M} today"
    return "Any time today"


def _and_besides(one: Candidate) -> str:
    facts = []
    if one.pinned:
        facts.append("pinned")
    if one.started:
        facts.append("already started")
    if one.priority in ("urgent", "high"):
        facts.append(f"{one.priority} priority")
    if one.times_moved >= 2:
        facts.append(f"put off {one.times_moved} times")
    if _worth(one) >= 72:
        facts.append(f"a score of {_worth(one)}")
    return ", ".join(facts)


def length(span: timedelta) -> str:
    """Say a length of time in one unit, the way one would aloud: "3 min", "5 hours", "2 days"."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 60 * 24:
        hours = round(minutes / 60)
        return f"{hours} hour" if hours == 1 else f"{hours} hours"
    days = round(minutes / 1440)
    return f"{days} day" if days == 1 else f"{days} days"
