"""A contact's own fields as data, and the words for moving it on."""

from __future__ import annotations

from typing import Any

from crm.contact_fields import RULES
from crm.models import Contact, Lifecycle


def state_of(contact: Contact) -> dict[str, Any]:
    """The fields people fill in, as they are stored: what a 409 answers with and a form compares to."""
    return {name: getattr(contact, name) for name in RULES} | {"version": contact.version}


def lifecycle_data(old: str, new: str) -> dict[str, Any]:
    return {"from": old, "to": new, "from_label": Lifecycle(old).label, "to_label": Lifecycle(new).label}
