"""A contact's timeline: a page of events, newest first, each with its words, icon and tone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.access import events_for
from crm.event_kinds import CUSTOM, OUTSIDE, all_kinds, kind_of, words
from crm.models import Event, User
from crm.reading.paging import Page, Sort, page_of

NEWEST = Sort("newest", ("occurred_at",), descending=True)
SIZE = 30
#: Groups of kinds as the filter calls them.
GROUPS = {
    "contact": "Contacts made",
    "followup": "Follow-ups",
    "followups": "Follow-ups",
    "message": "Messages",
    "messages": "Messages",
    "note": "Notes",
    "consent": "Consent",
    "record": "Changes",
    "audience": "Audiences",
    "deal": "Deals",
    "document": "Documents",
    "invoice": "Invoices",
    "partner": "Partners",
    "outside": "From outside",
}
_TONES = {
    "note": "plum",
    "contact_created": "info",
    "contact_imported": "info",
    "consent_changed": "warn",
    "contact_deleted": "danger",
}
EVENT_COLUMNS = (
    "kind",
    "occurred_at",
    "actor",
    "user_id",
    "user__full_name",
    "user__email",
    "subject_kind",
    "subject_id",
    "data",
    "two_way",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the page shows it. `quote` are somebody's own words, `by` who did it."""

    id: int
    kind: str
    icon: str
    tone: str
    text: str
    quote: str
    by: str
    at: Any
    two_way: bool


def groups() -> list[tuple[str, str]]:
    """The groups that there are, as (name, label), each label once."""
    present = dict.fromkeys(kind.group for kind in all_kinds())
    return [(name, GROUPS.get(name, name.capitalize())) for name in present]


def timeline_page(
    user: User, contact_id: int, *, group: str = "", after: str = "", before: str = "", size: int = SIZE
) -> tuple[list[Told], Page]:
    """One page of what happened, in one query."""
    events = events_for(user).filter(contact=contact_id)
    if group:
        kinds = Q(kind__in=[kind.name for kind in all_kinds() if kind.group == group])
        events = events.filter(kinds | Q(kind__startswith=CUSTOM) if group == OUTSIDE else kinds)
    page = page_of(events, NEWEST, EVENT_COLUMNS, after=after, before=before, size=size)
    return [told(row) for row in page.rows], page


def told_of(kind: str, pk: int, *, size: int = 40) -> list[Told]:
    """What happened to one record, newest first. For whoever came through the record's own door."""
    rows = Event.objects.filter(subject_kind=kind, subject_id=pk)
    return [told(row) for row in page_of(rows, NEWEST, EVENT_COLUMNS, size=size).rows]


def told(row: dict[str, Any]) -> Told:
    """Put an event into words."""
    kind, data = kind_of(row["kind"]), row["data"]
    by = row["user__full_name"] or (row["user__email"] or "").split("@")[0]
    tone = "good" if row["two_way"] else _TONES.get(row["kind"]) or _TONES.get(kind.group, "")
    return Told(
        row["id"],
        row["kind"],
        kind.icon,
        tone,
        words(row["kind"], data),
        _quote(row["kind"], data),
        by if by and by not in str(data.get("by", "")) else "",
        row["occurred_at"],
        row["two_way"],
    )


def _quote(kind: str, data: dict[str, Any]) -> str:
    words: Sequence[Any] = [data.get("notes"), data.get("text") if kind.startswith("note_") else None]
    return next((str(text)[:600] for text in words if text), "")
