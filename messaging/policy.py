"""May this message go to this colleague now? One pure decision, asked when it is written and again when it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from typing import Any, Literal

from messaging.bundle_times import next_bundle
from messaging.quiet_hours import is_quiet, quiet_until


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be decided: a message of a kind over a channel. `urgent` kinds reach the app even in quiet hours."""

    channel: str
    kind: str
    urgent: bool = False
    expires_at: datetime | None = None
    #: When it was written, where it is of a kind that may wait for others; else empty.
    bundled_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The facts about a colleague that the rules look at, read at the moment of asking."""

    name: str
    active: bool
    address: str
    zone: tzinfo
    quiet_from: time | None = None
    quiet_to: time | None = None
    #: Mails that can wait come together, so many minutes apart; nought means each at once.
    bundle_minutes: int = 0
    #: The channels chosen for this kind; None means the kind's own.
    channels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`until` is set on a hold; `sentence` is what the page of messages shows; `facts` go into the ledger."""

    verdict: Literal["send", "hold", "refuse"]
    rule: str
    sentence: str
    until: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)


#: How a channel is said in a sentence.
CHANNEL_WORDS = {
    "email": "by e-mail",
    "in_app": "in the app",
    "sms": "by SMS",
    "whatsapp": "on WhatsApp",
    "push": "as a push",
}


def decide(message: Asked, person: Person, now: datetime) -> Verdict:
    """Send, hold until a moment, or refuse; the first rule that speaks decides."""
    if not person.active:
        return Verdict("refuse", "inactive", f"{person.name}’s account is closed.")
    if message.expires_at is not None and message.expires_at <= now:
        return Verdict("refuse", "too_late", "Too late: it was no longer worth saying.")
    if person.channels is not None and message.channel not in person.channels:
        return Verdict("refuse", "muted", _muted(message, person))
    if message.channel == "email" and not person.address:
        return Verdict("refuse", "no_address", f"{person.name} has no e-mail address.")
    if not (message.urgent and message.channel == "in_app") and is_quiet(
        now, person.quiet_from, person.quiet_to, person.zone
    ):
        return _hold(person, now)
    if message.channel == "email" and message.bundled_from is not None and person.bundle_minutes:
        leaves = next_bundle(message.bundled_from, person.bundle_minutes, person.zone)
        if now < leaves:
            return _bundle(person, leaves)
    return Verdict("send", "allowed", _allowed(message, person))


def _allowed(message: Asked, person: Person) -> str:
    how = CHANNEL_WORDS.get(message.channel, message.channel)
    if person.channels is None:
        return f"{person.name} is told of this kind {how} and has not chosen otherwise."
    return f"{person.name} chose to be told of this kind {how}."


def _muted(message: Asked, person: Person) -> str:
    if not person.channels:
        return f"{person.name} has muted this kind of notification."
    return f"{person.name} does not want this kind {CHANNEL_WORDS.get(message.channel, message.channel)}."


def _bundle(person: Person, leaves: datetime) -> Verdict:
    local = leaves.astimezone(person.zone)
    words = (
        f"{person.name} gets mails that can wait together; this one leaves at {local:%H:%M} with what else there is."
    )
    return Verdict("hold", "bundled", words, leaves)


def _hold(person: Person, now: datetime) -> Verdict:
    until = quiet_until(now, person.quiet_from, person.quiet_to, person.zone)
    here = now.astimezone(person.zone)
    return Verdict(
        "hold",
        "quiet_hours",
        f"It is {here:%H:%M} for {person.name}, inside quiet hours; it leaves at {until.astimezone(person.zone):%H:%M}.",
        until,
    )
