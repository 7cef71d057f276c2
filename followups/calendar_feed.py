"""A person's open follow-ups as an iCalendar feed, under a secret address that they can change or end (B19)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from icalendar import Calendar, Event

from crm.models import User
from followups.access import followups_for
from followups.models import CalendarFeed
from followups.reading.rows import whom

BEHIND, AHEAD = timedelta(days=60), timedelta(days=730)
MOST = 2_000
_COLUMNS = (
    "id", "subject", "priority", "due_on", "due_at", "version", "updated_at", "created_at", "type__name",
    "type__default_minutes", "contact_id", "contact__first_name", "contact__last_name", "contact__organisation",
    "contact__email", "contact__phone", "contact__external_id", "partner__name",
)  # fmt: skip
#: RFC 5545 counts priority from 1 (highest) to 9.
_PRIORITY = {"urgent": 1, "high": 3, "medium": 5, "low": 9}


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def new_address(user: User, *, now: datetime) -> CalendarFeed:
    """Give the person an address, a new one where there was one: the old stops working at once."""
    feed, _ = CalendarFeed.objects.update_or_create(
        user=user, defaults={"token": secrets.token_urlsafe(32), "created_at": now}
    )
    return feed


def end_address(user: User) -> None:
    """Stop the feed."""
    CalendarFeed.objects.filter(user=user).delete()


def reader_of(token: str) -> User | None:
    """Whose feed it is; nobody's when the token is not in force or the person has left."""
    feed = CalendarFeed.objects.filter(token=token, user__is_active=True).select_related("user").first()
    return feed.user if feed else None


def calendar(user: User, *, now: datetime) -> bytes:
    """The person's open follow-ups: moments with the length of their type, dates as all-day entries."""
    found = Calendar()
    found.add("prodid", "-//Followthrough//Follow-ups//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"Follow-ups of {user.name}")
    found.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    mine = followups_for(user).open().filter(assignee=user, due_by__gt=now - BEHIND, due_by__lt=now + AHEAD)
    for row in mine.order_by("due_by", "pk").values(*_COLUMNS)[:MOST]:
        entry, who = Event(), whom(row)
        address = f"{settings.SITE_URL}/followups/{row['id']}/"
        entry.add("uid", f"followup-{row['id']}@followthrough")
        entry.add("sequence", row["version"])
        entry.add("dtstamp", row["updated_at"])
        entry.add("created", row["created_at"])
        entry.add("last-modified", row["updated_at"])
        entry.add("summary", f"{row['subject']} · {who}")
        entry.add("description", f"{row['type__name']} for {who}\n{address}")
        entry.add("url", address)
        entry.add("priority", _PRIORITY.get(row["priority"], 5))
        if row["due_at"]:
            entry.add("dtstart", row["due_at"])
            entry.add("duration", timedelta(minutes=max(5, row["type__default_minutes"])))
        else:
            entry.add("dtstart", row["due_on"])
            entry.add("transp", "TRANSPARENT")
        found.add_component(entry)
    return bytes(found.to_ical())
