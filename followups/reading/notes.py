"""The notes on a contact that matter before a call: pinned ones, then the newest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.models import Note, User

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class NoteLine:
    text: str
    by: str
    at: datetime
    pinned: bool


def notes_of(user: User, contact_id: int, most: int = 2) -> list[NoteLine]:
    """Read them through the door; one query."""
    found = (
        Note.objects.visible_to(user)
        .filter(contact=contact_id)
        .select_related("author")
        .order_by("-pinned", "-created_at", "-pk")
    )
    return [
        NoteLine(note.text[:_LONGEST], note.author.name if note.author else "", note.created_at, note.pinned)
        for note in found[:most]
    ]
