"""What could come next for a contact: templates that suit, with their words filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.models import User
from followups.due import Due
from followups.merge_fields import fill_in
from followups.models import FollowUpTemplate
from followups.reading.rows import Row
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
    """All templates with the words of whom it concerns in them, those first that suit its place in the lifecycle; one query."""
    words = {
        "first_name": row["contact__first_name"] or "",
        "last_name": row["contact__last_name"] or "",
        "full_name": row["client"] or row["partner__name"] or "",
        "organisation": row["contact__organisation"] or "",
        "partner": row["partner__name"] or "",
    }
    found = FollowUpTemplate.objects.visible_to(user).filter(archived_at__isnull=True)
    ready = [
        Template(
            id=one.pk,
            name=one.name,
            subject=fill_in(one.subject, words)[:200],
            description=fill_in(one.description, words),
            type_id=one.type_id,
            priority=one.priority,
            due=due_of(one, now, zone_name),
            reminders=tuple(one.reminders),
            suits=not one.lifecycles or row["contact__lifecycle"] in one.lifecycles,
        )
        for one in found
    ]
    return sorted(ready, key=lambda one: (not one.suits, one.name))
