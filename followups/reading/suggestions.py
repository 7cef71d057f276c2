"""Suggestions with their reasons, by rule. Pure: the facts are read elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from followups.reading.sentences import day_named, plural


@dataclass(frozen=True, slots=True)
class Away:
    """A colleague's absence that begins soon or is on, with how much of theirs falls into it."""

    user_id: int
    name: str
    is_me: bool
    starts_on: date
    ends_on: date
    due: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A lead whom nobody could reach, several attempts in a row."""

    contact_id: int
    name: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One sentence, and the address that does something about it."""

    text: str
    action: str
    href: str


def suggestions(
    *,
    today: date,
    away: Sequence[Away],
    unanswered: Sequence[Unanswered],
    overdue: int,
    unplanned: int,
    mine: bool,
    most: int = 4,
) -> list[Suggestion]:
    """What would help most, in the order of what slips away first."""
    found = [_share_out(one, today) for one in away if one.due]
    found += [
        Suggestion(
            f"{one.name} did not answer {one.attempts} times in a row. Perhaps they are lost.",
            "Look and decide",
            f"/contacts/{one.contact_id}/followups/",
        )
        for one in unanswered
    ]
    if overdue >= 5:
        found.append(
            Suggestion(
                f"{overdue} are overdue. Move what can wait, so that the rest gets done.",
                "Reschedule several",
                "/followups/?due=overdue" + ("&assignee=me" if mine else ""),
            )
        )
    if unplanned:
        found.append(
            Suggestion(
                f"{plural(unplanned, 'client has', 'clients have')} nothing planned.",
                "Plan for them",
                "/contacts/?lifecycle=active&planned=no",
            )
        )
    return found[:most]


def _share_out(one: Away, today: date) -> Suggestion:
    who = "You are" if one.is_me else f"{one.name} is"
    query = urlencode(
        {"assignee": one.user_id, "due_from": max(one.starts_on, today).isoformat(), "due_to": one.ends_on.isoformat()}
    )
    return Suggestion(
        f"{who} out {_span(one, today)} with {plural(one.due, 'follow-up')} due.",
        "Share them out",
        f"/followups/?{query}",
    )


def _span(one: Away, today: date) -> str:
    if one.starts_on <= today:
        return "today" if one.ends_on == today else f"until {_day(one.ends_on)}"
    next_monday = today.toordinal() - today.weekday() + 7
    if one.starts_on.toordinal() >= next_monday and (one.ends_on - one.starts_on).days >= 4:
        return "next week"
    return (
        f"on {_day(one.starts_on)}"
        if one.starts_on == one.ends_on
        else f"from {_day(one.starts_on)} to {_day(one.ends_on)}"
    )


def _day(day: date) -> str:
    return day_named(day)
