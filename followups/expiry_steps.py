"""How pressing a document that expires is at each warning. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: From the least pressing to the most.
PRIORITIES = ("low", "medium", "high", "urgent")


@dataclass(frozen=True, slots=True)
class Step:
    """One warning: its `number` from 0, the `priority` to have then, and in how many days it is to be done; None
    leaves that to the template. `last` is the one after which nobody is warned any more."""

    number: int
    priority: str
    days: int | None
    last: bool


def step_at(days_left: int, warn_days: Sequence[int]) -> Step | None:
    """The warning that is due so many days before the end; None before the first, or where nothing is warned of.

    Medium at first, high then, urgent at the last of several. A document that is known late begins at the step where
    it is.
    """
    steps = sorted(set(warn_days), reverse=True)
    number = sum(1 for days in steps if days >= days_left) - 1
    if number < 0:
        return None
    last = number > 0 and number == len(steps) - 1
    if number == 0:
        return Step(0, "medium", None, last)
    return Step(number, "urgent", 2, True) if last else Step(number, "high", 7, False)


def raised(now: str, wanted: str) -> bool:
    """Whether the wanted priority is above what it has: nothing is ever lowered."""
    return PRIORITIES.index(wanted) > PRIORITIES.index(now)
