"""Cost per due row at each size against the smallest: flat is the goal."""

from __future__ import annotations

from bench.measurement import Measurement

PER_SECOND = {"rows/s", "events/s", "follow-ups/s", "contacts/s", "steps/s"}


def growth(measured: list[Measurement]) -> list[Measurement]:
    """Return one line per benchmark that was measured at more than one size."""
    lines = []
    for name in dict.fromkeys(line.name for line in measured):
        same = sorted((line for line in measured if line.name == name), key=lambda line: line.size)
        if len(same) < 2 or same[0].size == same[-1].size:
            continue
        first, last = same[0], same[-1]
        grown = first.value / last.value if first.unit in PER_SECOND else last.value / first.value
        lines.append(
            Measurement(
                name=f"grow {name}",
                size=last.size,
                value=grown,
                unit="times",
                ceiling=1.0,
                ratio=grown,
                goal=1.2,
                better="lower",
            )
        )
    return lines
