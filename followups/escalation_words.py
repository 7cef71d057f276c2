"""What people are told when a follow-up climbs to them: one notice each, however many came at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followups.ladder import Climber, Step
from followups.reading.focus_order import length
from followups.telling import Given, grouped
from messaging.notices import Notice


@dataclass(frozen=True, slots=True)
class Told:
    """One person who hears of one follow-up. `first_of_step` marks one of those told together."""

    escalation_id: int
    followup_id: int
    contact_id: int | None
    subject: str
    due_by: datetime
    owner: str
    who: Climber
    step: Step
    first_of_step: bool


def notices_for(told: Sequence[Told], *, now: datetime) -> list[Notice]:
    """One notice per person and rung."""
    sets: dict[tuple[int, str], list[Told]] = {}
    for one in told:
        sets.setdefault((one.who.id, one.step.rung), []).append(one)
    return [_notice(user_id, rung, ones, now) for (user_id, rung), ones in sets.items()]


def _notice(user_id: int, rung: str, ones: Sequence[Told], now: datetime) -> Notice:
    first = min(ones, key=lambda one: one.escalation_id)
    given = [Given(one.followup_id, 1, one.subject, user_id, one.contact_id) for one in ones]
    return Notice(
        user_id=user_id,
        kind="escalation",
        subject=_subject(rung, ones, now),
        data={
            "url": f"/followups/{first.followup_id}/" if len(ones) == 1 else "/followups/?due=overdue",
            "lines": [_line(rung, len(ones))],
            "button": "See to it",
            **grouped(given),
        },
        dedupe_key=f"escalation:{first.escalation_id}:{first.step.level}:{user_id}:{len(ones)}",
        cause_kind="followup",
        cause_id=first.followup_id,
    )


def _subject(rung: str, ones: Sequence[Told], now: datetime) -> str:
    owners = sorted({one.owner for one in ones if one.owner})
    of = "" if rung == "owner" else f" of {owners[0]}" if len(owners) == 1 else " of your colleagues"
    if len(ones) > 1:
        late = "are overdue and " if all(one.due_by < now for one in ones) else ""
        return f"{len(ones)} follow-ups{of or ' of yours'} {late}wait for you"
    late = f"is {length(now - ones[0].due_by)} late" if ones[0].due_by < now else "must not wait"
    return f"“{ones[0].subject}”{of} {late}"


def _line(rung: str, count: int) -> str:
    them = "it" if count == 1 else "them"
    if rung == "owner":
        return f"Finish {them}, give {them} a new day, or say that you see to {them}; otherwise your deputy hears of {them} next."
    return f"Nobody has settled {them} or said that they see to {them}, so it comes to you as {rung}."
