"""What steps ask to have written, as plain data. How each is written: `automation/effects/`, one module for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effect:
    """The base of all effects."""


@dataclass(frozen=True, slots=True)
class SendMessage(Effect):
    """A message from a template; `channel` empty means the one that suits the person best."""

    channel: str
    template_id: int | None
    topic: str = "service"
    fallback: bool = True
    stops_on_reply: bool = True
