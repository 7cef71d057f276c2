"""How many messages a provider may be given: a token bucket, reckoned without a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Grant:
    """`given` may leave now; the rest when their tokens come, the first of them at `next_at`, each `every` later."""

    given: int
    tokens: float
    next_at: datetime
    every: timedelta

    def at(self, place: int) -> datetime:
        """When the one at this place among the rest (from 0) may be tried again."""
        return self.next_at + place * self.every


def burst(per_hour: int) -> float:
    """How many may leave at one moment: a minute's worth."""
    return max(1.0, per_hour / 60)


def take(*, tokens: float, tokens_at: datetime | None, per_hour: int, wanted: int, now: datetime) -> Grant:
    """Take up to `wanted` tokens. A bucket that was never used is full.

    It refills by as much less an hour as it holds, so that no hour sees more than `per_hour` messages.
    """
    most = burst(per_hour)
    a_second = max(per_hour - most, per_hour / 2) / 3600
    if tokens_at is None:
        tokens = most
    else:
        tokens = min(most, tokens + max(0.0, (now - tokens_at).total_seconds()) * a_second)
    given = min(wanted, int(tokens + 1e-6))  # what a float forgets
    left = tokens - given
    every = timedelta(seconds=1 / a_second)
    return Grant(given, left, now + timedelta(seconds=max(0.0, 1 - left) / a_second), every)
