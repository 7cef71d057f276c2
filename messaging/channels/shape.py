"""What every channel looks like to the delivery: letters in, one answer for each out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple, Protocol


class Outcome(Enum):
    """What the provider said."""

    TAKEN = "it took the message and will carry it on"
    DELIVERED = "it has reached the person"
    REFUSED = "no, and trying again will not help"
    LATER = "not now; it has not taken the message"
    UNCLEAR = "no answer: it may have taken the message"


class Answer(NamedTuple):
    """`words` say what happened, for people; `provider_id` is the provider's name for the message."""

    outcome: Outcome
    words: str = ""
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `token` tells it from a message of the same number in another database."""

    message_id: int
    token: str
    user_id: int | None
    address: str
    name: str
    subject: str
    text: str
    html: str
    date: datetime


class Channel(Protocol):
    """One way out. `deliver` yields the answers in the order of the letters, each as soon as it is known.

    `at_once` is how many letters are handed over between two notes in the database: so many are in doubt when a
    worker dies. `needs_words` is false where nothing has to be rendered.
    """

    provider: str
    at_once: int
    needs_words: bool

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Hand the letters over."""
        ...

    def look_up(self, letter_id: int, token: str) -> Answer | None:
        """What became of a letter whose answer was lost: TAKEN, LATER when it never arrived, None when nobody can tell."""
        ...
