"""What a verb did: which rows, which it refused and why, which were stale, and the step that takes it back."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Result:
    """`refused` maps an id to a sentence; `stale` are ids whose row somebody else changed first."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    stale: list[int] = field(default_factory=list)
    undo_id: int | None = None
