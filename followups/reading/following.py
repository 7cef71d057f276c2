"""What could come next for a contact: templates that suit, with their words filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.models import User
from crm.zones import local_day, moment
from followups.due import Due
from followups.models import FollowUpTemplate
from followups.reading.rows import Row

_FIELD = re.compile(r"\{\{\s*contact\.(\w+)\s*(?:\|\s*([^}]*?)\s*)?\}\}")


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


def fill_in(text: str, contact: Mapping[str, str]) -> str:
    """Put a contact's words for {{ contact.first_name|there }}; what is empty becomes the word after the bar."""

    def value(match: re.Match[str]) -> str:
        return contact.get(match[1]) or (match[2] or "").strip().strip("\"'")

    return _FIELD.sub(value, text).strip()


def templates_for(user: User, row: Row, now: datetime, *, zone_name: str) -> list[Template]:
    """All templates with the contact's words in them, those first that suit its place in the lifecycle; one query."""
    words = {
        "first_name": row["contact__first_name"],
        "last_name": row["contact__last_name"],
        "full_name": row["who"],
        "organisation": row["contact__organisation"],
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


def due_of(template: FollowUpTemplate, now: datetime, zone_name: str) -> Due:
    """When a follow-up made from the template now is due: so many days on, at its time of day if it has one."""
    day = local_day(now, zone_name) + timedelta(days=template.delay_days)
    if template.due_time is None:
        return Due(on=day)
    at = moment(day, template.due_time, zone_name)
    return Due(at=at if at > now else moment(day + timedelta(days=1), template.due_time, zone_name))
