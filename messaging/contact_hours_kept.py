"""When contacts may be written to, and whether opens and clicks may be noted: kept beside the contact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.preference_parts import PreferencePart, register_part
from messaging.models import ContactPreference

FIELDS = ("quiet_from", "quiet_to", "weekends", "tracking")


def hours_of(contact_id: int) -> dict[str, Any]:
    """What is kept, or the defaults: the organisation's hours, and tracking."""
    row = ContactPreference.objects.filter(pk=contact_id).values(*FIELDS).first()
    return row or {"quiet_from": None, "quiet_to": None, "weekends": None, "tracking": True}


def problems_of(hours: Mapping[str, Any]) -> dict[str, str]:
    """Why these hours cannot be, by field; empty when they can."""
    start, end = hours["quiet_from"], hours["quiet_to"]
    if (start is None) != (end is None):
        return {"quiet_to" if end is None else "quiet_from": "Give both ends of the quiet hours, or neither."}
    if start is not None and start == end:
        return {"quiet_to": "Quiet hours that end when they begin would never end; choose another hour."}
    return {}


def keep_hours(contact_id: int, changes: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Keep what is sent beside what is there; returns what is wrong, by field, having then changed nothing."""
    before = hours_of(contact_id)
    wanted = before | {name: changes[name] for name in FIELDS if name in changes}
    if problems := problems_of(wanted):
        return problems
    if wanted != before:
        ContactPreference.objects.update_or_create(pk=contact_id, defaults=wanted | {"updated_at": now})
    return {}


def register() -> None:
    """Show them among a contact's preferences over the API; called once at start-up."""
    register_part(PreferencePart(FIELDS, hours_of, keep_hours))
