"""Contacts and follow-ups for tests, made by the product's own verbs where they have any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from crm.models import Contact, Partner, User
from crm.partners.making import NewPartner, create_partners
from followups.creating import NewFollowUp, create
from followups.due import Due
from followups.models import FollowUp, FollowUpType

#: A Monday morning.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_number = count(1)


def contact(first_name: str = "Maria", **fields: Any) -> Contact:
    """Store a contact, created at NOW unless said otherwise."""
    fields.setdefault("created_at", NOW)
    fields.setdefault("updated_at", NOW)
    fields.setdefault("email", f"{first_name.lower()}{next(_number)}@example.org")
    return Contact.objects.create(first_name=first_name, **fields)


def contacts(number: int, **fields: Any) -> list[Contact]:
    """Store many contacts at once."""
    return Contact.objects.bulk_create(
        [
            Contact(
                first_name=f"Client {i}",
                email=f"client{next(_number)}@example.org",
                created_at=NOW,
                updated_at=NOW,
                **fields,
            )
            for i in range(number)
        ]
    )


def kind(slug: str = "call") -> FollowUpType:
    """One of the types that an installation starts with."""
    return FollowUpType.objects.get(slug=slug)


def partner(name: str = "Alba College", **fields: Any) -> Partner:
    """Store a partner."""
    made = create_partners([NewPartner(name=name, **fields)], by=None, now=NOW)
    assert not made.refused, made.refused
    return Partner.objects.get(pk=made.ids[0])


def new_followup(who: Contact | None, assignee: User | None, *, type: str = "call", **fields: Any) -> NewFollowUp:
    """What `create` takes: a call due tomorrow at this time, without reminders unless said. Without a contact say the
    `partner_id`."""
    fields.setdefault("due", Due(at=NOW + timedelta(days=1)))
    fields.setdefault("subject", f"Call {who.first_name if who else 'them'}")
    fields.setdefault("reminders", ())
    return NewFollowUp(
        contact_id=who.pk if who else None,
        type_id=kind(type).pk,
        assignee_id=assignee.pk if assignee else None,
        **fields,
    )


def followup(
    who: Contact | None, assignee: User, *, by: User | None = None, now: datetime = NOW, **fields: Any
) -> FollowUp:
    """Store a follow-up."""
    [pk] = create([new_followup(who, assignee, **fields)], by=by, now=now)
    return FollowUp.objects.get(pk=pk)


def only(one: FollowUp) -> Any:
    """The set of one that a verb takes."""
    return FollowUp.objects.filter(pk=one.pk)
