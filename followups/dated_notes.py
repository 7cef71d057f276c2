"""A note with a date becomes a follow-up on that date, linked to the note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.models import Contact, Event, Note
from followups.creating import NewFollowUp, create_set
from followups.due import BadDue, Due, read_due
from followups.first_types import first_type
from followups.people import load_people

KINDS = frozenset({"note_added"})

#: Letters of the note that make the subject.
WORDS = 80


def follow_up_notes(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: make the follow-up for who wrote the note, else for the contact's owner, else for whom the load
    says. Once per note, however often it is told."""
    dated = [(event, due) for event in events if event.contact_id and (due := _due(event))]
    if not dated:
        return
    notes = Note.objects.filter(pk__in=[event.data["note_id"] for event, _ in dated], deleted_at__isnull=True)
    texts = dict(notes.values_list("pk", "text"))
    owners = dict(
        Contact.objects.alive().filter(pk__in=[event.contact_id for event, _ in dated]).values_list("pk", "owner_id")
    )
    people = load_people([*(event.user_id for event, _ in dated), *owners.values()])
    kind = first_type()
    for event, due in dated:
        note_id, contact_id = event.data["note_id"], event.contact_id
        if note_id not in texts or contact_id is None or contact_id not in owners:
            continue
        person = next(
            (people[pk] for pk in (event.user_id, owners[contact_id]) if pk in people and people[pk].may_hold), None
        )
        new = NewFollowUp(
            contact_id=contact_id,
            subject=_subject(texts[note_id]),
            type_id=kind,
            due=due,
            assignee_id=person.id if person else None,
            note_id=note_id,
            event_id=event.pk,
            source_key=f"note:{note_id}",
        )
        create_set([new], by=None, now=now, cause_id=event.pk, giver_id=event.user_id)


def _due(event: Event) -> Due | None:
    try:
        return read_due(event.data["follow_up_on"], "UTC") if event.data.get("follow_up_on") else None
    except BadDue:  # a note may hold any date; its form says which make sense
        return None


def _subject(text: str) -> str:
    words = " ".join(text.split())
    if len(words) > WORDS:
        words = words[:WORDS].rsplit(" ", 1)[0] + "…"
    return words or "Follow up on the note"
