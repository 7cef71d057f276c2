"""Open pages hear at once what came in: who holds the contact or takes part is told, and their lists look again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from crm.dispatching import Subscriber, subscribe
from crm.models import Contact, ContactParticipant, Event
from messaging.inbox.waiting import forget_waiting
from messaging.live_updates import publish

#: What a person wrote is said; what robots sent only renews the pages.
SAID = "message_received"
KINDS = frozenset({SAID, "automatic_received", "out_of_office", "unsubscribed", "complained", "message_bounced"})


def register() -> None:
    """Listen to what comes in; called once at start-up."""
    subscribe(Subscriber("inbox_news", KINDS, tell_open_pages))


def tell_open_pages(events: Sequence[Event], now: datetime) -> None:
    """Send the news of a batch to the people concerned, one word a person and contact."""
    ids = {event.contact_id for event in events if event.contact_id}
    contacts = {one.pk: one for one in Contact.objects.filter(pk__in=ids)}
    people: dict[int, set[int]] = defaultdict(set)
    for contact_id, user_id in ContactParticipant.objects.filter(contact__in=ids).values_list("contact_id", "user_id"):
        people[contact_id].add(user_id)
    for one in contacts.values():
        if one.owner_id:
            people[one.pk].add(one.owner_id)
    latest = {event.contact_id: event for event in events if event.contact_id in contacts}
    for contact_id, event in latest.items():
        told = people[contact_id or 0]
        words = _words(contacts[contact_id or 0], event) if event.kind == SAID else ""
        publish(told, "inbox", {"contact": contact_id, "refresh": True} | ({"text": words} if words else {}))
    forget_waiting({user_id for told in people.values() for user_id in told})


def _words(contact: Contact, event: Event) -> str:
    said = " ".join(str(event.data.get("snippet") or event.data.get("subject") or "").split())
    short = said if len(said) <= 80 else f"{said[:79]}…"
    return f"{contact.name} wrote: “{short}”" if short else f"{contact.name} wrote"
