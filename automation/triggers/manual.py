"""Put in by hand, by another automation, or by a program."""

from __future__ import annotations

from typing import ClassVar, Literal

from automation.triggers.shape import Trigger


class Manual(Trigger):
    """Nobody enters by themselves."""

    kind: Literal["manual"] = "manual"

    title: ClassVar[str] = "By hand or by the API"
    icon: ClassVar[str] = "user-round-plus"
    group: ClassVar[str] = "hand"
