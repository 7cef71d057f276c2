"""Prints the measurements as they come."""

from __future__ import annotations

from bench.measurement import Measurement


def show(line: Measurement, *, took: float) -> None:
    """Print one line: what, at which size, the figure, its ceiling, their ratio, the goal, and whether it holds."""
    ceiling = "" if line.ceiling is None else f"{line.ceiling:,.1f}"
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    goal = f"{line.judged} {'>=' if line.better == 'higher' else '<='} {line.goal:g}"
    print(
        f"{line.name:<18}{line.size:>10,} {line.value:>12,.1f} {line.unit:<12}{ceiling:>12} {ratio:>7}  "
        f"{goal:<16}{'holds' if line.holds else 'MISSED':<7}{took:>6.1f} s",
        flush=True,
    )
