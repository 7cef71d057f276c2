"""The whole schedule, as plain data. `load_schedule` writes what is missing into the database.

From then on the database is the truth: what an administrator pauses or changes there stays so.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Entry:
    """A task's name and when it runs: every so often, or at a crontab's minutes and hours (UTC)."""

    name: str
    task: str
    every: timedelta | None = None
    crontab: str = ""  # minute hour day-of-month month day-of-week
    queue: str = "default"
    expires: int | None = None  # seconds after which a run that nobody took is dropped


SCHEDULE = (
    # Everything that is due: one query finds which sweeps have work. Two seconds keep a reminder well under five late.
    Entry("pulse", "config.pulse.pulse", every=timedelta(seconds=2), queue="notifications", expires=2),
)
