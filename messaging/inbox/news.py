"""Open pages hear at once what came in: those of whoever holds the contact or takes part look again.

The words of it ring as a notice, to whoever is to respond; here nothing is said twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from crm.dispatching import Subscriber, subscribe
from crm.models import Contact, ContactParticipant, Event
from messaging.inbox.waiting import forget_waiting
from messaging.live_updates import publish

#: What changes a talk without its reader's doing.
KINDS = frozenset(
    {
        "message_received",
        "automatic_received",
        "out_of_office",
        "unsubscribed",
        "complained",
        "message_sent",
        "message_failed",
        "message_bounced",
        "message_opened",
        "message_clicked",
    }
)


def register() -> None:
    """Listen to what comes in; called once at start-up."""
    subscribe(Subscriber("inbox_news", KINDS, tell_open_pages))


def tell_open_pages(events: Sequence[Event], now: datetime) -> None:
    """Let the pages of the people concerned look again, once a contact and batch."""
    ids = {event.contact_id for event in events if event.contact_id}
    people: dict[int, set[int]] = defaultdict(set)
    for contact_id, user_id in ContactParticipant.objects.filter(contact__in=ids).values_list("contact_id", "user_id"):
        people[contact_id].add(user_id)
    for contact_id, owner_id in Contact.objects.filter(pk__in=ids, owner__isnull=False).values_list("pk", "owner_id"):
        people[contact_id].add(owner_id or 0)
    for contact_id, told in people.items():
        publish(told, "inbox", {"contact": contact_id, "refresh": True})
    forget_waiting({user_id for told in people.values() for user_id in told})
