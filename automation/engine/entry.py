"""Who may enter: the rules of re-entry over what somebody has behind them. Pure (D5, D15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automation.definition.rules import Rules

#: An event with so many causes before it lets nobody in: automations are setting each other off.
DEEPEST = 8
#: So many rounds of one person in one automation within a day: whatever the rules say, something runs in circles.
MOST_ROUNDS, WITHIN = 24, timedelta(days=1)

INSIDE_ALREADY = "They are inside already."


@dataclass(slots=True)
class Before:
    """What somebody has behind them in one automation, or for one record in it. `left_early`: their last round ended
    neither at its end nor with the goal met; `entered` is when each round began."""

    rounds: int = 0
    inside: bool = False
    held_out: bool = False
    left_early: bool = False
    last_ended: datetime | None = None
    entered: list[datetime] = field(default_factory=list)


def too_deep(depth: int) -> str:
    """Why a chain of automations stops here; empty if it does not."""
    if depth < DEEPEST:
        return ""
    return f"It was set off by a chain of {depth} automations; that looks like a loop."


def why_not_again(was: Before | None, rules: Rules, now: datetime) -> str:
    """Why they do not enter another time; empty lets them in."""
    if was is None:
        return ""
    if was.inside:
        return INSIDE_ALREADY
    if was.held_out:
        return "They are held out, to compare with."
    if rules.reentry == "never":
        return "They have been through it once, and nobody goes twice."
    if rules.reentry == "after_finish" and was.left_early:
        return "They left it before its end, and only who went through it enters again."
    pause = timedelta(days=rules.reentry_days if rules.reentry == "after_days" else 0)
    if was.last_ended is not None and now < was.last_ended + pause:
        return f"They went through it less than {rules.reentry_days} days ago."
    if sum(at > now - WITHIN for at in was.entered) >= MOST_ROUNDS:
        return f"They have entered it {MOST_ROUNDS} times within a day; that looks like a loop."
    return ""
