"""What a composer shows before anything is written: what the gate would say now, and the facts behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crm.zones import zone
from messaging.choosing import choose
from messaging.contact_case import DAY
from messaging.contact_facts import CONTACT_CHANNELS, load_book
from messaging.contact_policy import AskedContact, decide_for_contact
from messaging.policy import Verdict


@dataclass(frozen=True, slots=True)
class Preview(Verdict):
    """A verdict with what a person who writes wants to know. `whatsapp_until`: until when free text is taken there.

    `local_time` is their wall clock, `zone_because` how it is known; caps are None where there is none.
    """

    channel: str = ""
    address: str = ""
    local_time: str = ""
    zone_name: str = ""
    zone_because: str = ""
    city: str = ""
    whatsapp_until: datetime | None = None
    last_24_hours: int = 0
    last_7_days: int = 0
    cap_per_day: int | None = None
    cap_per_week: int | None = None


def preview_of(
    contact_id: int,
    channel: str,
    topic: str,
    author_id: int | None,
    *,
    now: datetime,
    templated: bool = False,
    insist: str = "",
) -> Preview:
    """What would become of a message now. An empty `channel` means the one that would be chosen."""
    previews = previews_of(contact_id, topic, author_id, now=now, templated=templated, insist=insist)
    return previews[channel]


def previews_of(
    contact_id: int,
    topic: str,
    author_id: int | None,
    *,
    now: datetime,
    templated: bool = False,
    insist: str = "",
) -> Mapping[str, Preview]:
    """The same for every channel at once, and under "" for the one that would be chosen; six queries."""
    book = load_book([contact_id], now=now)
    facts, rules = book.of(contact_id), book.rules
    verdicts = {
        channel: decide_for_contact(
            AskedContact(
                channel,
                topic,
                by_hand=author_id is not None,
                insist=insist,
                stops_on_reply=author_id is None,
                created_at=now,
                templated=templated and channel == "whatsapp",
            ),
            facts,
            rules,
            now,
        )
        for channel in CONTACT_CHANNELS
    }
    chosen = choose(verdicts, facts, rules, by_hand=author_id is not None).channel
    found = {
        channel: Preview(
            verdict.verdict,
            verdict.rule,
            verdict.sentence,
            verdict.until,
            verdict.facts,
            channel=channel,
            address=facts.addresses.get(channel, ""),
            local_time=f"{now.astimezone(zone(facts.zone_name)):%H:%M}",
            zone_name=facts.zone_name,
            zone_because=facts.zone_because,
            city=facts.city,
            whatsapp_until=facts.whatsapp_open_until(now),
            last_24_hours=sum(at > now - DAY for at in facts.touches),
            last_7_days=len(facts.touches),
            cap_per_day=rules.cap_per_day,
            cap_per_week=rules.cap_per_week,
        )
        for channel, verdict in verdicts.items()
    }
    return found | {"": found[chosen]}
