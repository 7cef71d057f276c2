"""Moments and counts as people say them, by the contact's own clock: parts of the gate's sentences."""

from __future__ import annotations

from datetime import datetime

from crm.zones import zone

#: How a channel is named inside a sentence.
CHANNEL_NAMES = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp", "in_app": "the app", "push": "push"}


def once_or_more(count: int, noun: str) -> str:
    """1 message, 3 messages."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def clock_there(at: datetime, now: datetime, zone_name: str) -> str:
    """When something was: "at 14:20" today, "on Tuesday at 14:20" within six days, else "on 3 March at 14:20"."""
    local, today = at.astimezone(zone(zone_name)), now.astimezone(zone(zone_name)).date()
    if local.date() == today:
        return f"at {local:%H:%M}"
    return f"on {_day(at, now, zone_name)} at {local:%H:%M}"


def leaves_at(at: datetime, now: datetime, zone_name: str) -> str:
    """When something will be, there: the hour alone says it within a day."""
    local = at.astimezone(zone(zone_name))
    if (at - now).total_seconds() < 86_400 and local.date() >= now.astimezone(zone(zone_name)).date():
        return f"at {local:%H:%M} their time"
    return f"on {_day(at, now, zone_name)} at {local:%H:%M} their time"


def day_there(at: datetime, now: datetime, zone_name: str) -> str:
    """The day of a moment: its weekday within six days, else its date."""
    return _day(at, now, zone_name)


def allowed_words(name: str, where: str, touches: str) -> str:
    """The sentence of a message that nothing spoke against."""
    return f"{where}; nothing spoke against it ({touches})."


def _day(at: datetime, now: datetime, zone_name: str) -> str:
    local, today = at.astimezone(zone(zone_name)), now.astimezone(zone(zone_name)).date()
    if abs((local.date() - today).days) <= 6:
        return f"{local:%A}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local:%B}{year}"
