"""Writing to a contact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.models import Contact
from crm.views.guard import PersonRequest


def composer(request: PersonRequest, contact: Contact, now: datetime) -> dict[str, Any]:
    """What the composer draws."""
    return {}
