"""What could come next for a contact: templates that suit, with their words filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.models import User
from followups.creating import NewFollowUp
from followups.due import Due
from followups.merge_fields import fill_in
from followups.models import FollowUpTemplate
from followups.reading.rows import Row
from followups.reading.suiting import ELSEWHERE, suiting
from followups.record_words import record_words
from followups.templates import due_of


@dataclass(frozen=True, slots=True)
class Template:
    """A template made ready for one contact."""

    id: int
    name: str
    subject: str
    description: str
    type_id: int
    priority: str
    due: Due
    reminders: tuple[int, ...]
    suits: bool


def templates_for(user: User, row: Row, now: datetime, *, zone_name: str) -> list[Template]:
    """All templates with the words of whom it concerns and of the record that it waits for in them; those first that suit
    the stage of a deal, then its place in the lifecycle. A fixed number of queries."""
    words = {
        "first_name": row["contact__first_name"] or "",
        "last_name": row["contact__last_name"] or "",
        "full_name": row["client"] or row["partner__name"] or "",
        "organisation": row["contact__organisation"] or "",
        "partner": row["partner__name"] or "",
    }
    found = list(FollowUpTemplate.objects.visible_to(user).filter(archived_at__isnull=True))
    records = {name: row[f"{name}_id"] for name in ("deal", "document", "invoice") if row[f"{name}_id"]}
    fits = suiting(found, contact_id=row["contact_id"], lifecycle=row["contact__lifecycle"], records=records)
    stubs = [
        NewFollowUp(
            row["contact_id"], one.subject, one.type_id, due_of(one, now, zone_name), description=one.description
        )
        for one in found
    ]
    for stub in stubs:
        for name, pk in records.items():
            setattr(stub, f"{name}_id", pk)
    words_of_records = record_words(stubs)
    ready = []
    for one, stub in zip(found, stubs, strict=True):
        all_words = words | words_of_records(stub)
        template = Template(
            id=one.pk,
            name=one.name,
            subject=fill_in(one.subject, all_words)[:200],
            description=fill_in(one.description, all_words),
            type_id=one.type_id,
            priority=one.priority,
            due=stub.due,
            reminders=tuple(one.reminders),
            suits=fits[one.pk] < ELSEWHERE,
        )
        ready.append((fits[one.pk], one.name, template))
    return [template for _, _, template in sorted(ready, key=lambda one: one[:2])]
