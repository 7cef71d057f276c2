"""A few of the demo's contacts a second time, as people come in twice: written differently, by another way."""

from __future__ import annotations

from datetime import datetime

from crm.merging.finding import search_all
from crm.models import Contact

#: Of so many clients there is a second record, at most; and of one in so many.
TWINS, ONE_IN = 6, 7
#: Among more, the night's search finds them.
MOST = 20_000


def second_records(contacts: int) -> int:
    """How many of the contacts that are asked for are second records of others."""
    return min(TWINS, contacts // (ONE_IN + 1))


def come_in_twice(twins: int, *, now: datetime) -> int:
    """Store so many second records and look for duplicates; returns how many there are."""
    rows = Contact.objects.alive().order_by("pk")[: twins * ONE_IN : ONE_IN]
    Contact.objects.bulk_create(_again(contact, place, now) for place, contact in enumerate(rows))
    if Contact.objects.count() <= MOST:
        search_all(now)
    return twins


def _again(contact: Contact, place: int, now: datetime) -> Contact:
    """The same person as a form, a card or a colleague would have written them."""
    ways = (
        {"first_name": contact.last_name, "last_name": contact.first_name, "other_emails": [contact.email]},
        {"first_name": f"{contact.first_name[0]}.", "last_name": contact.last_name, "other_phones": [contact.phone]},
        {"first_name": contact.first_name, "last_name": contact.last_name.upper(), "other_emails": [contact.email]},
    )
    values = dict(ways[place % len(ways)])
    values["other_phones"] = [phone for phone in values.get("other_phones", []) if phone]
    if not values["other_phones"]:
        values["other_emails"] = [contact.email]
    return Contact(
        **values, source="Web form", country=contact.country, owner_id=contact.owner_id, created_at=now, updated_at=now
    )
