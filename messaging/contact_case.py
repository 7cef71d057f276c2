"""What the gate for contacts is asked and knows: plain rows, and what can be read off them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from crm.zones import moment, zone
from messaging.contact_hours import Hours, Stretch, strictest, weekend_of

#: How long a contact's own words keep a conversation open; on WhatsApp also how long free text is taken
#: (https://developers.facebook.com/docs/whatsapp: "customer service window").
CONVERSATION = timedelta(hours=24)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
#: When somebody who was away is written to again, on the day of their return.
MORNING = time(8)

MARKETING = "marketing"
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class AskedContact:
    """What is to be decided: a message to a contact over a channel.

    `insist` is the reason of somebody who may write although a rule says no. `due_at` is when it was first to leave.
    `templated`: on WhatsApp, one that the provider has approved. `answers`: an automatic answer to a message of theirs.
    """

    channel: str
    topic: str = "service"
    by_hand: bool = False
    insist: str = ""
    stops_on_reply: bool = True
    created_at: datetime | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    templated: bool = False
    answers: bool = False
    sender: str = ""


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """What they said about a channel and a topic, where and when."""

    state: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuppressionFact:
    """Why an address is not written to. `scope` names the one sender of ours that it holds for, or is empty."""

    reason: str
    label: str
    since: datetime
    scope: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What the rules look at, read at the moment of asking. `touches` are the moments at which messages were allowed to
    leave in the last seven days over all channels, oldest first; `answered` those of automatic answers among them."""

    contact_id: int
    name: str = ""
    gone: bool = False
    addresses: Mapping[str, str] = field(default_factory=dict)
    takes_sms: bool = True
    consents: Mapping[tuple[str, str], ConsentFact] = field(default_factory=dict)
    suppressions: Mapping[str, tuple[SuppressionFact, ...]] = field(default_factory=dict)
    preferred: str = ""
    country: str = ""
    zone_name: str = "UTC"
    zone_because: str = ""
    city: str = ""
    quiet: tuple[Stretch, ...] = ()
    weekends: bool | None = None
    away_until: date | None = None
    last_reply_at: datetime | None = None
    whatsapp_in_at: datetime | None = None
    last_out_at: datetime | None = None
    touches: tuple[datetime, ...] = ()
    answered: tuple[datetime, ...] = ()

    def touched(self, at: datetime, *, counts: bool = True, answers: bool = False) -> ContactFacts:
        """The facts once a message has been allowed at `at`; one that counts against no cap still keeps the distance."""
        return replace(
            self,
            last_out_at=max(at, self.last_out_at or at),
            touches=(*self.touches, at) if counts else self.touches,
            answered=(*self.answered, at) if answers else self.answered,
        )

    def in_conversation(self, now: datetime) -> bool:
        """Whether a person on their side wrote within the last day."""
        return self.last_reply_at is not None and now < self.last_reply_at + CONVERSATION

    def whatsapp_open_until(self, now: datetime) -> datetime | None:
        """Until when free text is taken on WhatsApp; None when it is not."""
        until = self.whatsapp_in_at + CONVERSATION if self.whatsapp_in_at else None
        return until if until is not None and now < until else None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the organisation has set. None means: no such limit."""

    quiet: tuple[Stretch, ...] = ((time(21), time(8)),)
    weekends: bool = False
    cap_per_day: int | None = 3
    cap_per_week: int | None = 10
    gap: timedelta | None = timedelta(hours=1)
    late: timedelta | None = timedelta(hours=72)
    ask_first: frozenset[str] = frozenset({"sms", "whatsapp"})
    costs: Mapping[str, float] = field(default_factory=dict)
    automatic_answers: int = 3
    #: Channels that this installation has a provider for.
    ways: frozenset[str] = frozenset({"email", "sms", "whatsapp"})


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a rule looks at."""

    asked: AskedContact
    facts: ContactFacts
    rules: Rules
    now: datetime

    @property
    def due_at(self) -> datetime:
        """When it was to leave: an absence of theirs does not make it late."""
        due = self.asked.due_at or self.asked.created_at or self.now
        back = back_at(self.facts)
        return max(due, back) if back is not None and not self.asked.by_hand else due

    @property
    def last_moment(self) -> datetime | None:
        """The moment from which it is not worth saying any more."""
        ends = [self.asked.expires_at, self.due_at + self.rules.late if self.rules.late is not None else None]
        return min((end for end in ends if end is not None), default=None)

    @property
    def answers_them(self) -> bool:
        """Whether a person answers somebody who wrote just now; an offer is no answer."""
        return self.asked.by_hand and self.asked.topic != MARKETING and self.facts.in_conversation(self.now)


@dataclass(frozen=True, slots=True)
class Objection:
    """What a rule has against it, in words that an ending can follow. `until`: only before that moment."""

    rule: str
    words: str
    until: datetime | None = None
    #: Somebody who insists is let past.
    yields: bool = False


def hours_of(case: Case) -> Hours:
    """When they may be written to: of the organisation's rules and their own wish, the stricter."""
    weekends = case.rules.weekends and case.facts.weekends is not False
    return Hours(
        zone(case.facts.zone_name),
        strictest(case.rules.quiet, case.facts.quiet),
        frozenset() if weekends else weekend_of(case.facts.country),
    )


def back_at(facts: ContactFacts) -> datetime | None:
    """The morning of their return, where they said that they are away."""
    return moment(facts.away_until, MORNING, facts.zone_name) if facts.away_until is not None else None


def facts_used(case: Case) -> dict[str, Any]:
    """What the decision rests on, for the ledger: plain values, no addresses and no words."""
    facts, now = case.facts, case.now
    used: dict[str, Any] = {
        "channel": case.asked.channel,
        "topic": case.asked.topic,
        "zone": facts.zone_name,
        "zone_because": facts.zone_because,
        "local_time": now.astimezone(zone(facts.zone_name)).strftime("%Y-%m-%dT%H:%M"),
        "last_24_hours": sum(at > now - DAY for at in facts.touches),
        "last_7_days": len(facts.touches),
    }
    if case.asked.by_hand:
        used["by_hand"] = True
    if facts.last_reply_at is not None:
        used["last_reply_at"] = facts.last_reply_at.isoformat()
    if facts.away_until is not None:
        used["away_until"] = facts.away_until.isoformat()
    if case.asked.channel == "whatsapp" and facts.whatsapp_in_at is not None:
        used["whatsapp_in_at"] = facts.whatsapp_in_at.isoformat()
    for topic in (EVERYTHING, case.asked.topic):
        if said := facts.consents.get((case.asked.channel, topic)):
            used.setdefault("consents", []).append(
                {"topic": topic, "state": said.state, "source": said.source, "at": said.at.isoformat()}
            )
    for stop in facts.suppressions.get(case.asked.channel, ()):
        used.setdefault("suppressions", []).append(
            {"reason": stop.reason, "since": stop.since.isoformat(), "scope": stop.scope}
        )
    return used
