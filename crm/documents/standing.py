"""What a document may go through, and when somebody is to be told that it expires: plain decisions, told the day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

REQUESTED, RECEIVED, APPROVED, REJECTED, EXPIRED = "requested", "received", "approved", "rejected", "expired"

#: Still waited for, or not looked at yet: nobody asks for the same kind a second time meanwhile.
OPEN = frozenset({REQUESTED, REJECTED, RECEIVED})
#: What the client still has to bring.
MISSING = frozenset({REQUESTED, REJECTED})
#: It is here, and its last day matters.
HERE = frozenset({RECEIVED, APPROVED})
ANY = OPEN | {APPROVED, EXPIRED}

_VERBS: dict[str, tuple[frozenset[str], str]] = {
    "receive": (MISSING, "received"),
    "approve": (frozenset({RECEIVED}), "approved"),
    "reject": (HERE, "rejected"),
    "withdraw": (ANY, "withdrawn"),
    "change": (ANY, "changed"),
    "expiry": (HERE | {EXPIRED}, "given a last day"),
    "renew": (HERE | {EXPIRED}, "renewed"),
    "file": (OPEN | {APPROVED}, "given further files"),
}
_IS = {
    REQUESTED: "not here yet",
    REJECTED: "rejected and asked for again",
    RECEIVED: "already here, to be looked at",
    APPROVED: "already approved",
    EXPIRED: "expired",
}


def refusal(verb: str, state: str) -> str:
    """Why the verb may not be done in this state, or "" when it may. Raises KeyError for an unknown verb."""
    allowed, infinitive = _VERBS[verb]
    if state in allowed:
        return ""
    if state == EXPIRED and verb in ("receive", "approve", "file"):
        return "It has expired. Ask for a new one: that renews it."
    return f"It is {_IS[state]}, so it cannot be {infinitive}."


@dataclass(frozen=True, slots=True)
class Word:
    """What is to be said of a document today: `expired`, or a warning of so many days before (`threshold`)."""

    expired: bool = False
    threshold: int | None = None


def word(expires_on: date, warn_days: Collection[int], warned: int | None, today: date) -> Word:
    """What to say on this day. Of thresholds that passed unsaid only the nearest is; `warned` is the last one said."""
    left = (expires_on - today).days
    if left < 0:
        return Word(expired=True)
    reached = [days for days in warn_days if left <= days and (warned is None or days < warned)]
    return Word(threshold=min(reached)) if reached else Word()


def look_on(
    state: str, expires_on: date | None, warn_days: Collection[int], warned: int | None, *, renewed: bool = False
) -> date | None:
    """The first day on which there is something to say of it; None where there never is.

    `renewed`: another has come in its place, so nobody needs to hear of this one.
    """
    if expires_on is None or state not in HERE or renewed:
        return None
    unsaid = [days for days in warn_days if warned is None or days < warned]
    return expires_on - timedelta(days=max(unsaid)) if unsaid else expires_on + timedelta(days=1)


def days_left(expires_on: date | None, today: date) -> int | None:
    """How many days it is still valid, today not counted; negative past its last day."""
    return None if expires_on is None else (expires_on - today).days
