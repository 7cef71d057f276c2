"""A circuit breaker for each provider: after failures of its own it is left alone for a while, then tried with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: So many failures one after the other, and it is left alone.
OPENS_AT = 5
FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)
#: So long one trial may take before another worker tries too.
TRIAL = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known of a provider's health. `failures` are its own, one after the other."""

    failures: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Nothing is handed over now."""
        return self.open_until is not None and self.open_until > now

    def wants_trial(self, now: datetime) -> bool:
        """The wait is over, and one message will show whether it is well again."""
        return self.open_until is not None and self.open_until <= now


CLOSED = Circuit()


def after_answers(circuit: Circuit, downs: list[bool], *, now: datetime) -> Circuit:
    """The circuit after these answers, in order: True where the provider itself was at fault.

    It opens after OPENS_AT failures in a row, and again at once when a trial fails: for a minute, then twice as long
    each time, at most a quarter of an hour. Any other answer closes it.
    """
    failures = circuit.failures
    for down in downs:
        failures = failures + 1 if down else 0
    if failures == 0:
        return CLOSED if downs else circuit
    if failures < OPENS_AT:
        return Circuit(failures, None)
    doublings = min(failures - OPENS_AT, 10)
    return Circuit(failures, now + min(LONGEST, FIRST * 2**doublings))
