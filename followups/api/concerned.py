"""Whom a follow-up that is made over the API concerns, and what it waits for: each looked up through its door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from crm.access import contacts_for, deals_for, documents_for, invoices_for, partners_for
from crm.api.auth import caller, require
from crm.api.problems import invalid
from crm.models import User
from followups.api.shapes import NewForContact

#: Field of the body -> door.
_RECORDS: dict[str, Callable[[User], QuerySet[Any]]] = {
    "deal": deals_for,
    "document": documents_for,
    "invoice": invoices_for,
}


@dataclass(slots=True)
class About:
    """Ids of the contact and the partner, and of the records as the columns of a new follow-up."""

    contact_id: int | None
    partner_id: int | None
    records: dict[str, Any] = field(default_factory=dict)


def concerned(request: HttpRequest, contact_id: int | None, body: NewForContact) -> About:
    """Look everything up. `contact_id` has come through its door already. Raises Problem 403 and 422."""
    user = caller(request)
    about = About(contact_id, body.partner)
    if body.partner is not None:
        require(request, "partners.view")
        if not partners_for(user).filter(pk=body.partner).exists():
            raise invalid([("partner", "There is no such partner.")])
    for name, door in _RECORDS.items():
        if (pk := getattr(body, name)) is None:
            continue
        require(request, f"{name}s.view")
        found = door(user).filter(pk=pk).first()
        if found is None:
            raise invalid([(name, f"There is no such {name}, or you may not see it.")])
        if about.contact_id is None and contacts_for(user).filter(pk=found.contact_id or 0).exists():
            about.contact_id = found.contact_id
        if found.contact_id not in (None, about.contact_id):
            raise invalid([(name, f"That {name} is another contact’s, or of one whom you may not see.")])
        if name == "deal" and about.contact_id is None:
            about.partner_id = about.partner_id or found.partner_id
        about.records[f"{name}_id"] = pk
    if about.contact_id is None and about.partner_id is None:
        raise invalid([("contact", "Say whom it concerns: `contact`, `partner`, or both.")])
    return about
