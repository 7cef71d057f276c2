"""Where somebody is in an automation, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automation.engine.events import Seen

#: Why somebody left before the end; vocabulary.md has the words.
REPLIED = "replied"
COLLEAGUE_REPLIED = "colleague_replied"
OPTED_OUT = "opted_out"
BOUNCED = "bounced"
MEETING_BOOKED = "meeting_booked"
GOAL_MET = "goal_met"
CONDITION = "condition"
LEFT_AUDIENCE = "left_audience"
GONE = "gone"
MANUAL = "manual"
TOO_MANY_TOUCHES = "too_many_touches"
MOVED = "moved"
ARCHIVED = "archived"
EXPIRED = "expired"

STOP_REASONS: dict[str, str] = {
    REPLIED: "They replied",
    COLLEAGUE_REPLIED: "A colleague wrote or spoke to them",
    OPTED_OUT: "They opted out",
    BOUNCED: "Their address does not take messages",
    MEETING_BOOKED: "A meeting was booked",
    GOAL_MET: "The goal was met",
    CONDITION: "The condition for leaving held",
    LEFT_AUDIENCE: "They left the audience",
    GONE: "The contact was deleted",
    MANUAL: "Stopped by hand",
    TOO_MANY_TOUCHES: "The most messages allowed had been sent",
    MOVED: "Moved to another version",
    ARCHIVED: "The automation was put away",
    EXPIRED: "It took longer than allowed",
}


#: What the engine itself keeps in the memory.
ACTED_AT, HEARD, TOUCHES, MADE, WORDS = "acted_at", "heard", "touches", "made", "words"
ANSWERED = "answered"


def made_key(step: str, visit: int) -> str:
    """By what the memory keeps the follow-up that a step made: a loop comes by the same step again."""
    return f"{step}:{visit}"


@dataclass(frozen=True, slots=True)
class About:
    """The record that the person is in for, where there is one: ("invoice", 12)."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class State:
    """`since` is when the present step was reached, `entered_at` when the automation was entered; `visits` is how many
    steps have been left so far, which numbers the present visit. `memory` is small and plain JSON: "words" hold what the
    trigger knew, "made" the follow-ups that steps made, by step and visit."""

    step: str | None
    since: datetime
    entered_at: datetime
    visits: int = 0
    about: About | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)

    @property
    def touches(self) -> int:
        """How many messages this automation has sent them."""
        return int(self.memory.get(TOUCHES, 0))

    @property
    def listening_since(self) -> datetime:
        """From when on an event may answer what was done last: an answer may come before the engine has gone on to the
        step that waits for it."""
        acted = self.memory.get(ACTED_AT)
        return min(self.since, datetime.fromisoformat(acted)) if acted else self.since

    @property
    def heard(self) -> int:
        """The event that ended the last waiting: it does not end another one."""
        return int(self.memory.get(HEARD, 0))

    @property
    def answers(self) -> frozenset[int]:
        """The replies for which a step had a way of its own: they end nothing more, and every other one does."""
        return frozenset(self.memory.get(ANSWERED, {}).get("events", ()))

    @property
    def answered_until(self) -> datetime:
        """When the last of them was said: what is written now stops for anything that was said later."""
        until = self.memory.get(ANSWERED, {}).get("until")
        return max(self.entered_at, datetime.fromisoformat(until)) if until else self.entered_at

    def after(self, replies: Sequence[Seen]) -> dict[str, Any]:
        """What is kept of replies that lead on."""
        until = max(self.answered_until, *(one.said_at for one in replies))
        events = sorted(self.answers.union(one.id for one in replies))
        return {ANSWERED: {"events": events, "until": until.isoformat()}}
