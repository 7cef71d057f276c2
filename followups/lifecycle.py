"""Which change may be made to a follow-up in which state, and the sentence that refuses the others."""

from __future__ import annotations

from dataclasses import dataclass

PENDING, IN_PROGRESS, COMPLETED, MISSED, CANCELLED = "pending", "in_progress", "completed", "missed", "cancelled"

#: Still to be done.
OPEN = frozenset({PENDING, IN_PROGRESS, MISSED})
ENDED = frozenset({COMPLETED, CANCELLED})
ANY = OPEN | ENDED


class BadChange(ValueError):
    """What was asked makes no sense for any follow-up; its text is a sentence for the person who asked."""


class BadAssignee(BadChange):
    """Somebody who cannot hold follow-ups."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be given follow-ups: choose a colleague who may work on them.")


class UnknownOutcome(BadChange):
    """An outcome that does not exist or is not offered; `allowed` are the slugs that are."""

    def __init__(self, outcome: str, allowed: list[str]) -> None:
        self.allowed = allowed
        super().__init__(f"“{outcome}” is not an outcome here. Choose one of: {', '.join(allowed)}.")


@dataclass(frozen=True, slots=True)
class Move:
    """`leaves` are the states it may start from; `to` the state it ends in, None where the state stays.

    `infinitive` finishes the sentence "cannot be ...".
    """

    leaves: frozenset[str]
    to: str | None
    infinitive: str


MOVES: dict[str, Move] = {
    "start": Move(frozenset({PENDING, MISSED}), IN_PROGRESS, "started"),
    "complete": Move(OPEN, COMPLETED, "completed"),
    "cancel": Move(OPEN, CANCELLED, "cancelled"),
    "miss": Move(frozenset({PENDING}), MISSED, "marked missed"),
    "reopen": Move(ENDED, PENDING, "reopened"),
    "reschedule": Move(OPEN, None, "rescheduled"),
    "snooze": Move(OPEN, None, "snoozed"),
    "wake": Move(OPEN, None, "woken"),
    "delegate": Move(OPEN, None, "given to somebody else"),
    "pass_on": Move(frozenset({PENDING}), None, "passed on"),
    "set_priority": Move(OPEN, None, "given another priority"),
    "pin": Move(ANY, None, "pinned"),
    "tag": Move(ANY, None, "tagged"),
    "edit": Move(ANY, None, "changed"),
    "delete": Move(ANY, None, "deleted"),
    "restore": Move(ANY, None, "restored"),
}

_IS = {
    PENDING: "still to be done",
    IN_PROGRESS: "already in progress",
    COMPLETED: "already completed",
    MISSED: "already missed",
    CANCELLED: "already cancelled",
}


def refusal(move: str, *, status: str, deleted: bool = False) -> str:
    """Why the move may not be made from this state, or "" when it may. Raises KeyError for an unknown move."""
    rule = MOVES[move]
    if move == "restore":
        return "" if deleted else "It is not deleted, so there is nothing to restore."
    if deleted:
        return "It is deleted; restore it first."
    if status in rule.leaves:
        return ""
    if move == "reopen":
        return f"It is {_IS[status]}, so there is nothing to reopen."
    if status in ENDED and status != rule.to:
        return f"It is {_IS[status]} and cannot be {rule.infinitive}; reopen it first."
    return f"It is {_IS[status]}."


def is_two_way(channel: str, sense: str) -> bool:
    """Whether completing it means that client and colleague really spoke.

    On a call or a meeting every outcome but "no contact" does. A written message needs an answer: only an outcome
    that says what the client wants tells of one; "done" tells that something was sent.
    """
    if channel in ("call", "meeting"):
        return sense != "no_contact"
    return channel in ("email", "sms", "whatsapp") and sense in ("positive", "negative")


def is_attempt(sense: str) -> bool:
    """Whether somebody tried to reach the client in vain."""
    return sense == "no_contact"
