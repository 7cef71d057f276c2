"""What the list of messages can be narrowed to, read from the address; nonsense is left out, not an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from messaging.kinds import all_notices
from messaging.models import MessageChannel, MessageStatus

if TYPE_CHECKING:
    from messaging.models.message import MessageQuerySet

BIGGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the page."""

    name: str
    label: str
    options: list[tuple[str, str]]


def choices() -> list[Choice]:
    """The filters that offer a fixed list."""
    kinds = sorted((kind.name, kind.title) for kind in all_notices())
    return [
        Choice("status", "Status", [(str(value), str(label)) for value, label in MessageStatus.choices]),
        Choice("channel", "Channel", [(str(value), str(label)) for value, label in MessageChannel.choices]),
        Choice("kind", "Kind", kinds),
    ]


def chosen(given: Mapping[str, str]) -> dict[str, str]:
    """The filters in force, by name."""
    found = {one.name: given.get(one.name, "") for one in choices() if given.get(one.name, "") in dict(one.options)}
    for name in ("person", "contact"):
        if number(given.get(name, "")) is not None:
            found[name] = given[name]
    return found


def number(text: str) -> int | None:
    """A positive whole number that fits an id, or None."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= BIGGEST:
        return int(text)
    return None


def narrowed(messages: MessageQuerySet, wanted: Mapping[str, str]) -> MessageQuerySet:
    """The messages that the filters leave."""
    for name in ("status", "channel", "kind"):
        if name in wanted:
            messages = messages.filter(**{name: wanted[name]})
    if "person" in wanted:
        messages = messages.filter(user=int(wanted["person"]))
    if "contact" in wanted:
        messages = messages.filter(contact=int(wanted["contact"]))
    return messages
