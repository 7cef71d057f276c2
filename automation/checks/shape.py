"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "stop"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list. `step` is the id of the step that it is about; "stop" keeps it from being switched on."""

    key: str
    level: Level
    sentence: str
    step: str = ""
    field: str = ""
