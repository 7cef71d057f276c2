"""When to try again what a provider could not take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: After so many failures a message is given up.
ATTEMPTS = 7
FIRST, FACTOR, LONGEST = 30.0, 4.0, 6 * 3600.0  # seconds


def wait_before(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after `attempts` failures, or None to give up.

    Each wait is four times the last, up to six hours; `chance` (0 to 1) spreads it from half to one and a half, so
    that what failed together does not come back together.
    """
    if attempts >= ATTEMPTS:
        return None
    return timedelta(seconds=min(LONGEST, FIRST * FACTOR ** max(0, attempts - 1)) * (0.5 + chance))


#: When a provider is asked what became of a message whose answer was lost, counted from when it was handed over.
LOOK_UPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


def first_look_up(handed_at: datetime) -> datetime:
    """When it is asked for the first time."""
    return handed_at + LOOK_UPS[0]


def next_look_up(handed_at: datetime, now: datetime) -> datetime | None:
    """When it is asked again; None when it has been asked often enough, and a person has to see."""
    return next((handed_at + wait for wait in LOOK_UPS if handed_at + wait > now), None)


def retry_after(value: str | None, *, now: datetime | None = None) -> float | None:
    """The seconds of a Retry-After header (RFC 9110, section 10.2.3): a number, or a date."""
    text = (value or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
