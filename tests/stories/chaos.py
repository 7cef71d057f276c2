"""Ends processes and servers at random moments, the same moments for the same seed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.stories.installation import Installation


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


class Chaos:
    """Blows for an installation that runs `workers` workers and `beats` beats; `struck` counts them. `kind` is what the
    workers are called in config/processes.py."""

    def __init__(self, house: Installation, *, seed: int, workers: int, beats: int, kind: str = "worker") -> None:
        """Strike nothing yet."""
        self.house, self.workers, self.beats, self.kind = house, workers, beats, kind
        self.chance = random.Random(seed)
        self.struck: Counter[str] = Counter()

    def rage(self, blows: dict[str, int], *, pause: tuple[float, float], enough: Callable[[], bool]) -> None:
        """Strike each kind of blow so often, in a random order at random moments, unless it is enough before."""
        order = [kind for kind, times in blows.items() for _ in range(times)]
        self.chance.shuffle(order)
        for kind in order:
            time.sleep(self.chance.uniform(*pause))
            if enough():
                return
            getattr(self, kind)()
            self.struck[kind] += 1

    def kill_worker(self) -> None:
        """SIGKILL a worker with all its processes, and start another in its place."""
        self._replace(self.kind, self.chance.randint(1, self.workers))

    def kill_child(self) -> None:
        """SIGKILL one of the processes in which a worker runs its tasks."""
        pids = children(self.house.running[f"{self.kind}{self.chance.randint(1, self.workers)}"].pid)
        if pids:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(sorted(pids)), signal.SIGKILL)

    def kill_beat(self) -> None:
        """SIGKILL a beat, and start another."""
        self._replace("beat", self.chance.randint(1, self.beats))

    def empty_redis(self) -> None:
        """Forget all queues."""
        self.house.empty_redis()

    def crash_postgres(self) -> None:
        """Cut the database off in the middle of whatever it does."""
        self.house.crash_postgres()

    def _replace(self, name: str, number: int) -> None:
        self.house.kill(name, number=number)
        self.house.start(name, number=number)
