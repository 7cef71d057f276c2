"""Put in by a person, by another automation, or by a program."""

from __future__ import annotations

from typing import ClassVar, Literal

from automation.triggers.shape import Trigger


class Manual(Trigger):
    """Nobody enters by themselves: colleagues put people in, or another automation does."""

    kind: Literal["manual"] = "manual"

    title: ClassVar[str] = "By hand"
    icon: ClassVar[str] = "hand"
    group: ClassVar[str] = "hand"


class Api(Trigger):
    """Nobody enters by themselves: another system puts people in, over the API."""

    kind: Literal["api"] = "api"

    title: ClassVar[str] = "By the API"
    icon: ClassVar[str] = "plug"
    group: ClassVar[str] = "hand"
