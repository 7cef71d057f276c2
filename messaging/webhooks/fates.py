"""What an answer means for a call: taken, refused for good, tried again later, or left to a person (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

#: After so many failures a call waits for a person.
ATTEMPTS = 8
FIRST, FACTOR, LONGEST = 10.0, 5.0, 24 * 3600.0  # seconds
#: Statuses below 500 that speak of the moment and not of the call (RFC 9110, RFC 6585, RFC 8470).
PASSING = (408, 425, 429)
#: Statuses whose Retry-After is obeyed.
ASKING = (429, 503)


class Outcome(Enum):
    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt, in plain words. `silent`: nobody spoke HTTP with us; `wait` is what they asked for, in
    seconds."""

    outcome: Outcome
    words: str = ""
    code: int | None = None
    wait: float | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a call. `next_at` only where it is tried again."""

    status: str
    words: str = ""
    next_at: datetime | None = None


def answer_of(code: int, said: str, *, location: str = "", wait: float | None = None) -> Answer:
    """Read an HTTP answer; `said` is how its body begins."""
    if 200 <= code < 300:
        return Answer(Outcome.TAKEN, code=code)
    saying = f": {said}" if said else "."
    if code >= 500 or code in PASSING:
        what = "They take no more just now" if code in ASKING else "Something is out of order there"
        return Answer(Outcome.LATER, f"{what} ({code}){saying}", code, wait if code in ASKING else None)
    if code == 410:
        return Answer(Outcome.REFUSED, "They say that this address is gone for good (410).", code)
    if 300 <= code < 400:
        to = f" to {location}" if location else ""
        return Answer(Outcome.REFUSED, f"They send us on{to} ({code}); webhooks go only where they were told to.", code)
    return Answer(Outcome.REFUSED, f"They refused it ({code}){saying}", code)


def wait_after(attempts: int, chance: float) -> timedelta:
    """How long to wait after `attempts` failures: five times the last wait, up to a day.

    `chance` (0 to 1) spreads it from half to one and a half, so that what failed together does not come back together.
    """
    return timedelta(seconds=min(LONGEST, FIRST * FACTOR ** max(0, attempts - 1)) * (0.5 + chance))


def fate_of(answer: Answer, *, attempts: int, now: datetime, chance: float) -> Fate:
    """What becomes of a call after its attempt number `attempts`. Never tried before they asked for, up to a day."""
    if answer.outcome is Outcome.TAKEN:
        return Fate("sent")
    if answer.outcome is Outcome.REFUSED:
        return Fate("failed", answer.words)
    if attempts >= ATTEMPTS:
        return Fate("parked", f"Tried {attempts} times. {answer.words}")
    wait = wait_after(attempts, chance)
    if answer.wait is not None:
        wait = max(wait, timedelta(seconds=min(answer.wait, LONGEST) * (1 + chance / 10)))
    return Fate("scheduled", answer.words, now + wait)
