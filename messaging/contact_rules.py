"""The rules of the gate for contacts, each a small function of one case, and their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from crm.zones import zone
from messaging.contact_case import DAY, EVERYTHING, MARKETING, WEEK, Case, Objection, SuppressionFact, back_at, hours_of
from messaging.contact_hours import Hours, next_open, weekend_of
from messaging.contact_sentences import CHANNEL_NAMES, clock_there, day_there, once_or_more

# The rules, in their order: first what ends the message whatever the channel, then what the contact said, then what
# the channel cannot do, and last what only waits.


def contact_gone(case: Case) -> Objection | None:
    return Objection("contact_gone", "The contact has been deleted") if case.facts.gone else None


def expired(case: Case) -> Objection | None:
    ends = case.asked.expires_at
    if ends is None or case.now < ends:
        return None
    return Objection("expired", "Too late: it was no longer worth saying")


def too_late(case: Case) -> Objection | None:
    last = case.last_moment
    if last is None or case.now < last:
        return None
    hours = round((case.now - case.due_at) / timedelta(hours=1))
    return Objection("too_late", f"Too late: it was to leave {once_or_more(hours, 'hour')} ago")


def replied(case: Case) -> Objection | None:
    reply, written = case.facts.last_reply_at, case.asked.created_at
    if not case.asked.stops_on_reply or reply is None or written is None or reply <= written:
        return None
    answered = clock_there(reply, case.now, case.facts.zone_name)
    return Objection("replied", f"{case.facts.name} answered {answered}, after this was written")


def opted_out(case: Case) -> Objection | None:
    for topic in (EVERYTHING, case.asked.topic):
        said = case.facts.consents.get((case.asked.channel, topic))
        if said is not None and said.state == "withdrawn":
            what = CHANNEL_NAMES.get(case.asked.channel, case.asked.channel)
            about = "" if topic == EVERYTHING else f" about {TOPIC_WORDS.get(topic, topic)}"
            words = f"{case.facts.name} opted out of {what}{about} on {_day(said.at, case)} ({said.source})"
            return Objection("opted_out", words, yields=True)
    return None


def needs_yes(case: Case) -> Objection | None:
    channel = case.asked.channel
    if case.asked.topic != MARKETING or channel not in case.rules.ask_first:
        return None
    said = (case.facts.consents.get((channel, topic)) for topic in (MARKETING, EVERYTHING))
    if any(one is not None and one.state == "granted" for one in said):
        return None
    what = CHANNEL_NAMES.get(channel, channel)
    return Objection(
        "needs_yes", f"{case.facts.name} has not agreed to marketing by {what}, which needs a yes beforehand"
    )


def stopped(case: Case) -> Objection | None:
    """What the owner of the address, or a colleague, said. One that yields to nobody counts first."""
    stops = [stop for stop in _stops(case) if stop.reason in OF_SOMEBODYS_WILL]
    found = min(stops, key=lambda stop: stop.reason == "opt_out", default=None)
    return Objection("stopped", _stop_words(found, case), yields=found.reason == "opt_out") if found else None


def dead_address(case: Case) -> Objection | None:
    found = next((stop for stop in _stops(case) if stop.reason not in OF_SOMEBODYS_WILL), None)
    return Objection("dead_address", _stop_words(found, case)) if found else None


def no_provider(case: Case) -> Objection | None:
    if case.asked.channel in case.rules.ways:
        return None
    what = CHANNEL_NAMES.get(case.asked.channel, case.asked.channel)
    return Objection("no_provider", f"Nothing is sent by {what} from here: no provider for it is set up")


def no_address(case: Case) -> Objection | None:
    if case.facts.addresses.get(case.asked.channel):
        return None
    missing = "e-mail address" if case.asked.channel == "email" else "phone number"
    return Objection("no_address", f"{case.facts.name} has no {missing}")


def fixed_line(case: Case) -> Objection | None:
    if case.asked.channel != "sms" or case.facts.takes_sms:
        return None
    return Objection("fixed_line", f"{case.facts.name}’s number is not a mobile one, and takes no SMS")


def whatsapp_window(case: Case) -> Objection | None:
    if case.asked.channel != "whatsapp" or case.asked.templated or case.facts.whatsapp_open_until(case.now):
        return None
    last = case.facts.whatsapp_in_at
    since = f"last wrote {clock_there(last, case.now, case.facts.zone_name)}" if last else "has not written there yet"
    words = f"On WhatsApp only approved templates may be sent more than 24 hours after their last message; {case.facts.name} {since}"
    return Objection("whatsapp_window", words)


def answers_cap(case: Case) -> Objection | None:
    if not case.asked.answers or case.asked.by_hand:
        return None
    count = sum(at > case.now - DAY for at in case.facts.answered)
    if count < case.rules.automatic_answers:
        return None
    words = f"{case.facts.name} got {once_or_more(count, 'automatic answer')} in the last 24 hours, the most allowed: two machines may be talking"
    return Objection("answers_cap", words)


def waits(case: Case) -> Objection | None:
    """All rules about time together: what only waits, waits until every one of them is content."""
    if case.answers_them:
        return None
    waiting = [found for rule in WAITS if (found := rule(case)) is not None]
    floor = max([case.now, *(found.until for found in waiting if found.until is not None)])
    hours = hours_of(case)
    until = next_open(floor, hours)
    if until <= case.now:
        return None
    if not waiting:
        return replace(closed(case, hours), until=until, yields=True)
    longest = max(waiting, key=lambda found: found.until or case.now)
    return replace(longest, until=until, yields=True)


def away(case: Case) -> Objection | None:
    back = back_at(case.facts)
    if case.asked.by_hand or back is None or case.now >= back:
        return None
    words = f"{case.facts.name} is away until {day_there(back, case.now, case.facts.zone_name)}, and automatic messages wait"
    return Objection("away", words, back)


def cap_per_week(case: Case) -> Objection | None:
    return _cap(case, "cap_per_week", case.rules.cap_per_week, WEEK, "7 days")


def cap_per_day(case: Case) -> Objection | None:
    return _cap(case, "cap_per_day", case.rules.cap_per_day, DAY, "24 hours")


def gap(case: Case) -> Objection | None:
    last = max((at for at in (*case.facts.touches[-1:], case.facts.last_out_at) if at is not None), default=None)
    if case.rules.gap is None or last is None or case.now >= last + case.rules.gap:
        return None
    minutes = round(case.rules.gap / timedelta(minutes=1))
    when = clock_there(last, case.now, case.facts.zone_name)
    words = f"{case.facts.name} was last written to {when}, and {once_or_more(minutes, 'minute')} must lie between two messages"
    return Objection("gap", words, last + case.rules.gap)


def closed(case: Case, hours: Hours) -> Objection:
    """It is a day off or a quiet hour where they are."""
    if hours.is_day_off(case.now):
        return Objection("weekend", f"{where(case)}, and nobody is written to on weekends")
    return Objection("quiet_hours", f"{where(case)}, inside quiet hours")


RULES: tuple[Callable[[Case], Objection | None], ...] = (
    contact_gone,
    expired,
    too_late,
    replied,
    opted_out,
    needs_yes,
    stopped,
    dead_address,
    no_provider,
    no_address,
    fixed_line,
    whatsapp_window,
    answers_cap,
    waits,
)

#: Rules that name a moment; quiet hours and weekends come on top of the latest of these.
WAITS: tuple[Callable[[Case], Objection | None], ...] = (away, cap_per_week, cap_per_day, gap)

#: Refusals that say no more than that this way is shut: another channel may do. All others are about the message, or
#: about what the contact wants, and no channel leads around them.
OF_THE_CHANNEL = frozenset({"dead_address", "no_provider", "no_address", "fixed_line", "whatsapp_window"})

#: Reasons of a suppression that somebody meant; all others only say that nothing arrives there.
OF_SOMEBODYS_WILL = frozenset({"opt_out", "complaint", "by_hand"})

TOPIC_WORDS = {
    MARKETING: "marketing",
    "service": "their own case",
    "classes": "classes and appointments",
    "payments": "payments",
}


def _cap(case: Case, rule: str, cap: int | None, window: timedelta, words: str) -> Objection | None:
    if cap is None:
        return None
    recent = [at for at in case.facts.touches if at > case.now - window]
    if len(recent) < cap:
        return None
    sent = f"{case.facts.name} got {once_or_more(len(recent), 'message')} in the last {words}, the most allowed"
    return Objection(rule, sent, recent[-cap] + window)


def _stops(case: Case) -> list[SuppressionFact]:
    """Those that hold for the sender of this message; while it is not known, every one."""
    every, sender = case.facts.suppressions.get(case.asked.channel, ()), case.asked.sender
    return [stop for stop in every if not stop.scope or not sender or stop.scope == sender]


def _stop_words(stop: SuppressionFact, case: Case) -> str:
    scope = f" from {stop.scope}" if stop.scope else ""
    return f"This address is not written to{scope} since {_day(stop.since, case)}: {_lower(stop.label)}"


def where(case: Case) -> str:
    facts = case.facts
    local = case.now.astimezone(zone(facts.zone_name))
    day = f"{local:%A} " if local.isoweekday() in weekend_of(facts.country) else ""
    place = f" in {facts.city}" if facts.city else ""
    because = f" ({facts.zone_because})" if facts.zone_because else ""
    return f"It is {day}{local:%H:%M} for {facts.name}{place}{because}"


def touches_words(case: Case) -> str:
    count = sum(at > case.now - DAY for at in case.facts.touches) + 1
    most = f" of {case.rules.cap_per_day}" if case.rules.cap_per_day is not None else ""
    return f"message {count}{most} in 24 hours"


def _day(at: datetime, case: Case) -> str:
    local = at.astimezone(zone(case.facts.zone_name))
    return f"{local.day} {local:%B %Y}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
