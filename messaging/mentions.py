"""Whoever is mentioned in a note is told, once, with what was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from crm.dispatching import Subscriber, subscribe
from crm.models import Contact, Event, User
from messaging.notices import Notice, NoticeKind, register_notice, tell

KINDS = frozenset({"note_added", "note_changed"})


def register() -> None:
    """Listen to notes; called once at start-up."""
    register_notice(
        NoticeKind(
            "mention",
            "Mentions",
            ("in_app", "email"),
            help="When a colleague writes @you in a note",
            icon="message-circle",
        )
    )
    subscribe(Subscriber("mentions", KINDS, tell_mentioned))


def tell_mentioned(events: Sequence[Event], now: datetime) -> None:
    """Tell everybody mentioned in these notes but the writer; only those who may see the contact hear its words."""
    wanted = [event for event in events if event.data.get("mentions")]
    if not wanted:
        return
    people = {
        user.pk: user for user in User.objects.filter(pk__in={pk for event in wanted for pk in event.data["mentions"]})
    }
    writers = dict(User.objects.filter(pk__in={event.user_id for event in wanted}).values_list("pk", "full_name"))
    visible = {
        pk: _names(Contact.objects.visible_to(user).filter(pk__in={event.contact_id for event in wanted}))
        for pk, user in people.items()
    }
    notices = []
    for event in wanted:
        writer = writers.get(event.user_id or 0) or "A colleague"
        told = [pk for pk in event.data["mentions"] if pk in people and pk != event.user_id]
        notices += [_notice(event, pk, writer, visible[pk].get(event.contact_id or 0)) for pk in told]
    tell(notices, now=now)


def _names(contacts: QuerySet[Contact]) -> dict[int, str]:
    return {contact.pk: contact.name for contact in contacts}


def _notice(event: Event, user_id: int, writer: str, contact: str | None) -> Notice:
    note_id = event.data.get("note_id") or event.subject_id
    if contact is None:
        words = ["You cannot see that contact; ask to be made part of it."]
        return Notice(
            user_id, "mention", f"{writer} mentioned you in a note", {"lines": words}, f"mention:{note_id}:{user_id}"
        )
    return Notice(
        user_id,
        "mention",
        f"{writer} mentioned you on {contact}",
        {
            "url": f"/contacts/{event.contact_id}/#notes",
            "lines": [str(event.data.get("text", ""))[:600]],
            "button": "Read the note",
        },
        f"mention:{note_id}:{user_id}",
        "note",
        note_id,
    )
