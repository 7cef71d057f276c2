"""Following every branch of an automation: one rehearsal for each way that the one before did not take."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from time import monotonic

from automation.sandbox.forcing import MOST_RUNS, forced, untried
from automation.sandbox.rehearsing import Asked, rehearse
from automation.sandbox.timeline import Rehearsed

#: Seconds that all runs together may last.
PATIENCE = 20.0


def follow_every_branch(asked: Asked) -> tuple[list[Rehearsed], int]:
    """The rehearsals, the one as things are first, and how many ways were left out because it became too much. Raises what
    `rehearse` raises."""
    known: set[tuple[str, str]] = set()
    waiting: deque[dict[str, str]] = deque([{}])
    runs: list[Rehearsed] = []
    ends = monotonic() + PATIENCE
    while waiting and len(runs) < MOST_RUNS and monotonic() < ends:
        ways = waiting.popleft()
        run = rehearse(replace(asked, definition=forced(asked.definition, ways), forced=ways))
        runs.append(run)
        waiting.extend(untried(asked.definition, run.steps, ways, known))
    return runs, len(waiting)
