"""What a writer of effects is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.engine.effects import Effect
from automation.engine.facts import Facts
from automation.engine.state import MADE, State


@dataclass(frozen=True, slots=True)
class Order:
    """One effect to be written, for one person. `key` names the visit that asks for it and never another: a writer that
    stores it may be called twice and writes once. `written_at` is since when an answer stops a message."""

    enrollment_id: int
    automation_id: int
    contact_id: int
    step: str
    key: str
    effect: Any
    state: State
    facts: Facts
    entered_by_id: int | None = None

    @property
    def words(self) -> Mapping[str, Any]:
        """What the trigger knew: facts for merge fields."""
        found: Mapping[str, Any] = self.state.memory.get("words", {})
        return found

    @property
    def made(self) -> list[int]:
        """The follow-ups that this round has made so far."""
        return list(self.state.memory.get(MADE, {}).values())


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it. `why` is added to the record of the visit, `data` are ids for it, `keep` goes into the memory.
    `failed` says why it cannot be done: then nothing of it was written, and a person has to look."""

    why: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""


#: Writes a set of effects of one class, in the caller's transaction; gives one answer for each, in order.
Writer = Callable[[Sequence[Order], datetime], Sequence[Done]]
Effects = Mapping[type[Effect], Writer]
