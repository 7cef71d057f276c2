"""The moments that a snooze or a new date offers, in a person's own zone. Pure: told the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crm.zones import moment, zone

MORNING, AFTERNOON, EVENING = time(9), time(14), time(18)


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice: what a form sends, what the button says, and the UTC moment it means."""

    key: str
    label: str
    until: datetime


def snooze_offers(now: datetime, zone_name: str) -> list[Offer]:
    """An hour, later today while there is a later, tomorrow morning, next week."""
    local = now.astimezone(zone(zone_name))
    today = local.date()
    later = [("afternoon", "This afternoon", AFTERNOON), ("evening", "This evening", EVENING)]
    offers = [Offer("hour", "In an hour", now + timedelta(hours=1))]
    offers += [
        Offer(key, label, moment(today, at, zone_name))
        for key, label, at in later
        if moment(today, at, zone_name) > now + timedelta(minutes=90)
    ][:1]
    offers.append(Offer("tomorrow", "Tomorrow morning", moment(today + timedelta(days=1), MORNING, zone_name)))
    offers.append(Offer("week", "Next week", moment(_monday_after(today), MORNING, zone_name)))
    return offers


def snooze_until(key: str, now: datetime, zone_name: str) -> datetime | None:
    """The moment of an offer by its key; "" is tomorrow morning. None for a key that is not offered now."""
    wanted = key or "tomorrow"
    return next((offer.until for offer in snooze_offers(now, zone_name) if offer.key == wanted), None)


@dataclass(frozen=True, slots=True)
class DayOffer:
    """One new due date to choose with a single click."""

    label: str
    day: date


def day_offers(now: datetime, zone_name: str) -> list[DayOffer]:
    """Today, tomorrow, Monday, in a week, in a month: those that differ, in order."""
    today = now.astimezone(zone(zone_name)).date()
    offers = [
        DayOffer("Today", today),
        DayOffer("Tomorrow", today + timedelta(days=1)),
        DayOffer("Monday", _monday_after(today)),
        DayOffer("In a week", today + timedelta(days=7)),
        DayOffer("In a month", today + timedelta(days=30)),
    ]
    seen: set[date] = set()
    kept = []
    for offer in offers:
        if offer.day not in seen:
            seen.add(offer.day)
            kept.append(offer)
    return sorted(kept, key=lambda offer: offer.day)


def _monday_after(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())
