"""What the list of messages can be narrowed to, read from the address; nonsense is left out, not an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.models.consent import Topic
from messaging.kinds import NoticeKind, all_notices, register_notice
from messaging.models import MessageChannel, MessageStatus
from messaging.origins import come_from

if TYPE_CHECKING:
    from messaging.models.message import MessageQuerySet

BIGGEST = 2**63 - 1
#: Records that messages come from, by which the list can be narrowed.
CAUSES = ("followup", "automation")
#: What a colleague wrote by hand.
BY_HAND = NoticeKind("message", "Written by hand", choosable=False)
#: What contacts and strangers wrote.
RECEIVED = NoticeKind("received", "Received", choosable=False)


def register() -> None:
    """Name what is written by hand and what comes in; called once at start-up."""
    register_notice(BY_HAND, RECEIVED)


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the page."""

    name: str
    label: str
    options: list[tuple[str, str]]


def choices() -> list[Choice]:
    """The filters that offer a fixed list."""
    kinds = [(one.name, one.title) for one in (BY_HAND, RECEIVED)] + sorted(
        (kind.name, kind.title) for kind in all_notices()
    )
    return [
        Choice("direction", "Direction", [("out", "From us"), ("in", "From them")]),
        Choice("status", "Status", [(str(value), str(label)) for value, label in MessageStatus.choices]),
        Choice("channel", "Channel", [(str(value), str(label)) for value, label in MessageChannel.choices]),
        Choice("kind", "Kind", kinds),
        Choice("topic", "Topic", [(str(value), str(label)) for value, label in Topic.choices if value != Topic.ALL]),
    ]


def chosen(given: Mapping[str, str]) -> dict[str, str]:
    """The filters in force, by name."""
    found = {one.name: given.get(one.name, "") for one in choices() if given.get(one.name, "") in dict(one.options)}
    for name in ("person", "contact", *CAUSES):
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
    for name in ("direction", "status", "channel", "kind", "topic"):
        if name in wanted:
            messages = messages.filter(**{name: wanted[name]})
    if "person" in wanted:
        messages = messages.filter(user=int(wanted["person"]))
    if "contact" in wanted:
        messages = messages.filter(contact=int(wanted["contact"]))
    for name in CAUSES:
        if name in wanted:
            messages = messages.filter(come_from(name, int(wanted[name])))
    return messages
