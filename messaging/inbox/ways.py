"""The ways to one contact as the composer offers them: what each would do if one wrote now, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messaging.contact_facts import load_book
from messaging.contact_policy import AskedContact, decide_for_contact
from messaging.inbox.listing import roughly
from messaging.inbox.words import CHANNEL_ICONS, TO_CONTACTS
from messaging.models import MessageChannel
from messaging.policy import Verdict

#: Verdict -> its icon and tone.
_SIGNS = {"send": ("check", "good"), "hold": ("moon", "warn"), "refuse": ("ban", "danger")}


@dataclass(frozen=True, slots=True)
class Way:
    """One channel. `words` is short, `title` the gate's whole sentence; `window` is how long WhatsApp takes free text."""

    channel: str
    label: str
    icon: str
    address: str
    verdict: Verdict
    words: str
    sign: str
    tone: str
    window: str = ""

    @property
    def title(self) -> str:
        return self.verdict.sentence

    @property
    def shut(self) -> bool:
        return self.verdict.verdict == "refuse"


@dataclass(frozen=True, slots=True)
class Ways:
    """All of them, and the one that fits best: the channel they last used, else the one they prefer."""

    ways: tuple[Way, ...]
    best: str

    def of(self, channel: str) -> Way:
        """The way over a channel; the first for one that does not lead to contacts."""
        return next((way for way in self.ways if way.channel == channel), self.ways[0])


def ways_to(
    contact_id: int,
    *,
    topic: str,
    now: datetime,
    insist: str = "",
    templated: bool = False,
    send_at: datetime | None = None,
    last_channel: str = "",
) -> Ways:
    """Ask the gate about every channel for a message by hand; a fixed number of queries."""
    book = load_book({contact_id}, now=now)
    facts = book.of(contact_id)
    at = max(send_at or now, now)
    found = []
    for channel in TO_CONTACTS:
        asked = AskedContact(
            channel=channel, topic=topic, by_hand=True, insist=insist, stops_on_reply=False, created_at=now,
            due_at=send_at or now, templated=templated and channel == MessageChannel.WHATSAPP,
        )  # fmt: skip
        verdict = decide_for_contact(asked, facts, book.rules, at)
        until = facts.whatsapp_open_until(now) if channel == MessageChannel.WHATSAPP else None
        sign, tone = _SIGNS[verdict.verdict]
        found.append(
            Way(
                channel,
                MessageChannel(channel).label,
                CHANNEL_ICONS[channel],
                facts.addresses.get(channel, ""),
                verdict,
                _words(verdict, send_at, now),
                sign,
                tone,
                roughly(until - now) if until else "",
            )
        )
    order = [last_channel, facts.preferred, *TO_CONTACTS]
    open_ = [way.channel for way in found if not way.shut]
    return Ways(tuple(found), next((channel for channel in order if channel in open_), found[0].channel))


def _words(verdict: Verdict, send_at: datetime | None, now: datetime) -> str:
    if verdict.verdict != "send":
        return verdict.sentence
    if verdict.rule == "insisted":
        return verdict.sentence
    return "Leaves then" if send_at and send_at > now else "Leaves now"
