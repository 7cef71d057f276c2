"""Automations for tests, made and switched on by the product's own verbs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from automation.models import Automation, Enrollment
from automation.publishing import create, publish
from automation.running import sweep_enrollments
from crm.dispatching import dispatch_pending
from crm.models import Contact
from crm.timeline import Happening, record
from messaging.models import MessageTemplate
from tests.factories import NOW


def template(name: str = "Thanks", channel: str = "email", text: str = "Hello {{ contact.first_name|there }}") -> int:
    """A message template of one language; returns its id."""
    from messaging.models import TemplateVariant

    made = MessageTemplate.objects.create(name=name, channel=channel, topic="service", created_at=NOW, updated_at=NOW)
    TemplateVariant.objects.create(template=made, language="en", subject="Thank you", text=text)
    return made.pk


def automation(*steps: dict[str, Any], triggers: list[dict[str, Any]] | None = None, **rules: Any) -> Automation:
    """An active automation. Steps lead to the next in the list unless their exits say otherwise."""
    rows = [{"id": f"s{number}", **step} for number, step in enumerate(steps, 1)]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        row.setdefault("exits", {"next": following["id"] if following else None})
    definition = {
        "triggers": [{"kind": "manual"}] if triggers is None else triggers,
        "rules": rules,
        "start": rows[0]["id"] if rows else None,
        "steps": rows,
    }
    made = create(name="Nurture", definition=definition, by=None, now=NOW)
    publish(made, by=None, now=NOW)
    made.refresh_from_db()
    return made


def happens(who: Contact, kind: str, *, now: datetime, **fields: Any) -> None:
    """Something happens to a contact, and everybody is told."""
    record([Happening(kind, who.pk, now, **fields)], now=now)
    dispatch_pending(now)


def goes_on(now: datetime) -> int:
    """Whoever is due is moved on, and what that causes is told, until nothing more is due."""
    turns = 0
    while taken := sweep_enrollments(now):
        dispatch_pending(now)
        turns += taken
    return turns


def where(who: Contact) -> Enrollment:
    """The contact's last round."""
    return Enrollment.objects.filter(contact=who).latest("pk")
