"""What a follow-up is made from: a note or an event of its contact, looked up through the door."""

from __future__ import annotations

from dataclasses import dataclass

from crm.event_kinds import words as event_words
from crm.models import Event, Note, User

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Origin:
    """The ids to link, None for none, and words to begin the subject with."""

    note_id: int | None = None
    event_id: int | None = None
    words: str = ""


def origin_of(user: User, contact_id: int, *, note: int | None, event: int | None) -> Origin:
    """What is really this contact's and visible to the person; the rest is left out."""
    if note:
        found = Note.objects.visible_to(user).filter(pk=note, contact=contact_id).first()
        if found:
            return Origin(note_id=found.pk, words=_short(found.text))
    if event:
        happened = Event.objects.visible_to(user).filter(pk=event, contact=contact_id).first()
        if happened:
            said = str(happened.data.get("notes") or happened.data.get("text") or "")
            return Origin(event_id=happened.pk, words=_short(said or event_words(happened.kind, happened.data)))
    return Origin()


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + " …"
