"""What every channel looks like to the delivery: letters in, one answer for each out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
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
    """`words` say what happened, for people; `provider_id` is the provider's name for the message.

    `code` is the provider's own code for a refusal. `retry_after` is in seconds. `down` tells that the provider itself
    is at fault, not the message: the circuit breaker counts those. `cost` is in units of `currency` (ISO 4217).
    """

    outcome: Outcome
    words: str = ""
    provider_id: str = ""
    code: str = ""
    retry_after: float | None = None
    down: bool = False
    cost: Decimal | None = None
    currency: str = ""


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
    contact_id: int | None = None
    #: Whom it comes from; empty means the installation's own sender for the channel.
    sender: str = ""
    reply_to: str = ""
    #: Further headers of a mail, in order; each already one printable line.
    headers: tuple[tuple[str, str], ...] = ()
    #: Addresses of pictures, videos, voice notes and files, where the channel carries them.
    media: tuple[str, ...] = ()
    #: A WhatsApp template: the provider's name for it, and what stands in its places.
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    #: Written by a person: then it must not say that a machine wrote it.
    by_hand: bool = False
    #: The page that a word to a colleague is about.
    url: str = ""
    #: The room that is told, where it is one.
    hook_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A message whose answer was lost: what a provider may know it by.

    `text` holds its words, before links were marked; `others` are the provider's names of other messages to the same
    address, which it cannot be.
    """

    message_id: int
    token: str
    address: str
    sender: str
    handed_at: datetime
    asked_at: datetime
    text: str = ""
    others: frozenset[str] = frozenset()


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

    def look_up(self, lost: Lost) -> Answer | None:
        """What became of a letter whose answer was lost: TAKEN, LATER when it never arrived, None when nobody can tell."""
        ...
