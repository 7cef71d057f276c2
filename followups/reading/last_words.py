"""The last words exchanged with a contact, for who is about to get in touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.models import Event, User

#: Kinds whose event carries somebody's words, and under which name.
_WORDS = {
    "note_added": "text", "followup_completed": "notes", "call_logged": "notes", "meeting_logged": "notes",
    "email_logged": "notes", "message_logged": "notes",
}  # fmt: skip
_LONGEST = 280


@dataclass(frozen=True, slots=True)
class LastWords:
    """What was said, by whom (a colleague's name or "") and when."""

    text: str
    by: str
    at: datetime


def last_words(user: User, contact_id: int, look_at: int = 20) -> LastWords | None:
    """Find the newest words among the contact's latest events; one query."""
    events = (
        Event.objects.visible_to(user)
        .filter(contact=contact_id, kind__in=_WORDS)
        .order_by("-occurred_at", "-pk")
        .values_list("kind", "data", "occurred_at", "user__full_name", "user__email")[:look_at]
    )
    for kind, data, at, name, email in events:
        text = str(data.get(_WORDS[kind]) or "").strip()
        if text:
            return LastWords(_shorten(text), name or (email or "").split("@")[0], at)
    return None


def _shorten(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit(" ", 1)[0] + " …"
