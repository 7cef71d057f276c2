"""Steps in a line, for entries: each leads to the next unless it says otherwise."""

from __future__ import annotations

from typing import Any


def line(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps with their exits filled in: "next" leads to the step that follows, the last one ends."""
    made = []
    for place, step in enumerate(steps):
        following = steps[place + 1]["id"] if place + 1 < len(steps) else None
        made.append({**step, "exits": step.get("exits", {"next": following})})
    return made
