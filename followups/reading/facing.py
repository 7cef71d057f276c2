"""One follow-up as somebody faces it: who, why now, what time it is there, the last words, how to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import phonenumbers

from crm.models import User
from crm.whereabouts import Whereabouts, whereabouts
from crm.zones import zone
from followups.reading.last_words import LastWords, last_words
from followups.reading.rows import Row


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What time it is for the contact, in a sentence; `unkind` when it is night there."""

    text: str
    because: str
    unkind: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to reach the contact: the words on the button and its address."""

    label: str
    href: str
    icon: str


@dataclass(frozen=True, slots=True)
class Facing:
    row: Row
    reason: str
    there: LocalTime | None
    words: LastWords | None
    reach: list[Reach]


def facing(user: User, row: Row | None, reason: str, now: datetime) -> Facing | None:
    """Gather what one needs before picking up the phone; one query, also for nothing, so that pages cost the same."""
    words = last_words(user, (row["contact_id"] if row else None) or 0)
    return Facing(row, reason, there(row, user, now), words, reach(row)) if row else None


def place_of(row: Row) -> Whereabouts | None:
    """Where the contact is; the partner where no contact is concerned."""
    whom = "contact" if row["contact_id"] else "partner"
    return whereabouts(row[f"{whom}__time_zone"], row[f"{whom}__phone"], row[f"{whom}__country"])


def there(row: Row, user: User, now: datetime) -> LocalTime | None:
    """The contact's time of day, when it is known and not the reader's own."""
    place = place_of(row)
    if place is None:
        return None
    local = now.astimezone(place.zone)
    mine = now.astimezone(zone(user.time_zone))
    unkind = not 8 <= local.hour < 21
    if local.utcoffset() == mine.utcoffset():
        return LocalTime(f"{local:%H:%M} there too", place.because, unkind)
    day = {1: " tomorrow", -1: " yesterday"}.get((local.date() - mine.date()).days, "")
    return LocalTime(f"{local:%H:%M}{day} in {place.city}", place.because, unkind)


def reach(row: Row) -> list[Reach]:
    """The ways to reach the contact, or the partner where no contact is concerned; the follow-up's own channel first.

    Messages of this house go to contacts, so a partner is written to with the person's own mail program.
    """
    ways = {}
    whom = "contact" if row["contact_id"] else "partner"
    phone, email = row[f"{whom}__phone"], row[f"{whom}__email"]
    if phone:
        ways["call"] = Reach(f"Call {spaced(phone)}", f"tel:{phone}", "phone")
        ways["sms"] = Reach("SMS", f"sms:{phone}", "message-square")
        ways["whatsapp"] = Reach("WhatsApp", f"https://wa.me/{phone[1:]}", "message-circle")
    if email:
        inbox = f"/inbox/{row['contact_id']}/?followup={row['id']}&channel=email&write=1"
        ways["email"] = Reach("Write an e-mail", inbox if row["contact_id"] else f"mailto:{quote(email)}", "mail")
    own = row["type__channel"] if row["type__channel"] in ways else "call"
    return [
        way
        for name, way in sorted(ways.items(), key=lambda item: item[0] != own)
        if name in (own, "call", "email", "whatsapp")
    ]


def spaced(phone: str) -> str:
    """Write an E.164 number the way people read it: +63 917 555 4410."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone
