"""Which writer writes which effect."""

from __future__ import annotations

from automation.effects import messages
from automation.effects.shape import Writer
from automation.engine.effects import Effect, SendMessage

WRITERS: dict[type[Effect], Writer] = {
    SendMessage: messages.send,
}
