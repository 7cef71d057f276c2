"""One contact as its page shows it: who, where they are in the day, what is known, what is going well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import Http404

from crm.access import contacts_for, custom_fields_for, notes_for
from crm.countries import country_name
from crm.custom_values import say_value
from crm.languages import language_name
from crm.models import Consent, Contact, Note, Organisation, Tag, User
from crm.models.contact import ACTIVE_LIFECYCLES
from crm.whereabouts import Whereabouts, whereabouts

#: Ids past this do not fit the column, so nothing can have them.
BIGGEST = 2**63 - 1


@dataclass(slots=True)
class Record:
    contact: Contact
    tags: list[Tag]
    place: Whereabouts | None
    there: datetime | None
    active: bool
    rotting: bool
    quiet_days: int
    #: (label, value) of the organisation's own fields that are filled in.
    own: list[tuple[str, str]] = field(default_factory=list)
    pinned: list[Note] = field(default_factory=list)
    opted_out: list[str] = field(default_factory=list)
    notes: int = 0
    may_merge: bool = False


def contact_or_404(user: User, pk: int) -> Contact:
    """The contact, if this person may see it; else it is not there."""
    found = contacts_for(user).select_related("owner", "team").filter(pk=pk).first() if 0 < pk <= BIGGEST else None
    if found is None:
        raise Http404("There is no such contact here.")
    return found


def record_of(user: User, pk: int, now: datetime) -> Record:
    """Everything the frame of a contact's page needs. Raises Http404."""
    contact = contact_or_404(user, pk)
    place = whereabouts(contact.time_zone, contact.phone, contact.country)
    since = contact.last_two_way_at or contact.created_at
    active = contact.lifecycle in ACTIVE_LIFECYCLES
    fields = custom_fields_for(user) if contact.custom else ()
    notes = list(
        notes_for(user).filter(contact=contact).select_related("author").order_by("-pinned", "-created_at")[:50]
    )
    return Record(
        contact,
        tags=list(contact.tags.all()),
        place=place,
        there=now.astimezone(place.zone) if place else None,
        active=active,
        rotting=active and contact.rots_at is not None and contact.rots_at <= now,
        quiet_days=(now - since).days,
        own=[
            (one.label, say_value(one.kind, contact.custom[one.slug])) for one in fields if one.slug in contact.custom
        ],
        pinned=[note for note in notes if note.pinned],
        opted_out=sorted(
            Consent.objects.filter(contact=contact, state="withdrawn", topic="all").values_list("channel", flat=True)
        ),
        notes=len(notes),
        may_merge=user.can("contacts.merge"),
    )


def home_country() -> str:
    """Where phones without a country code are from."""
    return Organisation.objects.current().country


def consents_of(pk: int) -> list[Consent]:
    """What the contact has said, by channel and topic."""
    return list(Consent.objects.filter(contact=pk).select_related("recorded_by").order_by("channel", "topic"))


def details(record: Record) -> list[tuple[str, Any]]:
    """The lines of the details card; those without a value are left out."""
    c = record.contact
    lines: list[tuple[str, Any]] = [
        ("Organisation", c.organisation),
        ("Job title", c.job_title),
        ("Prefers", c.get_preferred_channel_display() if c.preferred_channel else ""),
        ("Language", language_name(c.language)),
        ("Place", ", ".join(part for part in (c.city, country_name(c.country) if c.country else "") if part)),
        ("Time zone", c.time_zone),
        ("Source", c.source),
        ("Team", c.team.name if c.team else ""),
        ("Rhythm", f"a contact every {c.expected_rhythm} days"),
        ("External id", c.external_id),
    ]
    return [(label, value) for label, value in lines if value]
