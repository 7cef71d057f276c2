"""In the app: being written is being delivered, so nothing has to be handed to anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from messaging.channels.shape import Answer, Letter, Lost, Outcome


class InApp:
    """The bell."""

    provider = "app"
    at_once = 1000
    needs_words = False

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Say yes to all."""
        return (Answer(Outcome.DELIVERED) for _ in letters)

    def look_up(self, lost: Lost) -> Answer | None:
        """Once more does no harm."""
        return Answer(Outcome.LATER)
