"""What a benchmark returns, and how times are taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of the table.

    `ratio` is the figure against its ceiling, computed so that the goal reads naturally: throughput divided by the
    ceiling's throughput (higher is better), page time divided by the bare page's time (lower is better), growth of the
    cost per row. `goal` is compared with the ratio where `judged` says so, else with the value.
    """

    name: str
    value: float
    unit: str
    goal: float
    better: Literal["higher", "lower"]
    ceiling: float | None = None
    ratio: float | None = None
    judged: Literal["ratio", "value"] = "ratio"
    size: int = 0

    @property
    def holds(self) -> bool:
        figure = self.ratio if self.judged == "ratio" else self.value
        if figure is None:
            return False
        return figure >= self.goal if self.better == "higher" else figure <= self.goal

    def as_json(self) -> dict[str, Any]:
        """Return the line in the shape of bench/latest.json."""
        return {
            "name": self.name,
            "size": self.size,
            "value": round(self.value, 4),
            "unit": self.unit,
            "ceiling": None if self.ceiling is None else round(self.ceiling, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "goal": f"{self.judged} {'>=' if self.better == 'higher' else '<='} {self.goal:g}",
            "holds": self.holds,
        }


def seconds(work: Callable[[], Any]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def milliseconds(work: Callable[[], Any], *, times: int, warm_up: int = 3) -> list[float]:
    """Return the duration of each of `times` calls, after some that do not count."""
    for _ in range(warm_up):
        work()
    return [seconds(work) * 1000 for _ in range(times)]


def side_by_side(ours: Callable[[], Any], bare: Callable[[], Any], *, times: int) -> tuple[float, float]:
    """Return the medians of two calls in milliseconds, taken in turns so that drift of the machine hits both."""
    for _ in range(3):
        ours()
        bare()
    first, second = [], []
    for _ in range(times):
        first.append(seconds(ours) * 1000)
        second.append(seconds(bare) * 1000)
    return statistics.median(first), statistics.median(second)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
