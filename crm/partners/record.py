"""One partner as its page shows it, and a client's partners as theirs does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from crm.access import contacts_for, deals_for
from crm.countries import country_name
from crm.event_kinds import kind_of, words
from crm.models import Contact, Event, Lifecycle, Partner, PartnerContact, StageKind, User
from crm.models.contact import ACTIVE_LIFECYCLES
from crm.money import show
from crm.reading.contact_rows import name_of
from crm.reading.paging import Page, Sort, page_of
from crm.whereabouts import Whereabouts, whereabouts

TOLD, DEALS = 30, 20
CLIENTS = Sort("clients", ("last_name", "first_name"))
_NAMES = ("first_name", "last_name", "organisation", "email", "phone", "external_id")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened between us and a partner; `who` is the client whom it was about."""

    icon: str
    text: str
    who: str
    contact_id: int | None
    by: str
    at: datetime


@dataclass(slots=True)
class PartnerRecord:
    """Everything that the page needs. Clients, deals and history are those that the reader may see."""

    partner: Partner
    place: Whereabouts | None
    there: datetime | None
    clients: Page
    deals: list[dict[str, Any]]
    history: list[Line]


def record_of(user: User, partner: Partner, now: datetime, *, after: str = "", before: str = "") -> PartnerRecord:
    """Read what the page shows beside the partner itself, in three queries. `after` and `before` page the clients."""
    place = whereabouts(partner.time_zone, partner.phone, partner.country)
    return PartnerRecord(
        partner,
        place=place,
        there=now.astimezone(place.zone) if place else None,
        clients=clients_of(user, partner, after=after, before=before) if user.can("contacts.view") else Page([]),
        deals=_deals(user, partner) if user.can("deals.view") else [],
        history=_history(user, partner),
    )


def clients_of(user: User, partner: Partner, *, after: str = "", before: str = "", size: int = 25) -> Page:
    """The clients in common that the person may see, by name, each with role, place in the lifecycle and what is next."""
    theirs = contacts_for(user).filter(partner_links__partner=partner)
    theirs = theirs.annotate(role=F("partner_links__role"), since=F("partner_links__since"))
    columns = (*_NAMES, "lifecycle", "next_due_by", "next_due_on", "role", "since")
    page = page_of(theirs, CLIENTS, columns, after=after, before=before, size=size)
    for row in page.rows:
        row["name"] = name_of(row)
        row["lifecycle_label"] = Lifecycle(row["lifecycle"]).label
        row["active"] = row["lifecycle"] in ACTIVE_LIFECYCLES
    return page


def details_of(partner: Partner) -> list[tuple[str, Any]]:
    """The plain lines of the details card; those without a value are left out."""
    lines = [
        ("Country", country_name(partner.country)),
        ("City", partner.city),
        ("Time zone", partner.time_zone),
        ("External id", partner.external_id),
    ]
    return [(label, value) for label, value in lines if value]


def partners_of(contact: Contact) -> list[PartnerContact]:
    """A client's partners, by name; the client has come through its door."""
    links = PartnerContact.objects.filter(contact=contact, partner__deleted_at__isnull=True)
    return list(links.select_related("partner").order_by("partner__name", "pk")[:50])


def _deals(user: User, partner: Partner) -> list[dict[str, Any]]:
    """Their deals, the open ones first."""
    rows = deals_for(user).filter(partner=partner).select_related("stage", "contact")
    found = sorted(rows.order_by("-stage_since", "-pk")[:DEALS], key=lambda one: one.status != StageKind.OPEN)
    return [
        {
            "id": one.pk,
            "name": one.name,
            "stage": one.stage.name,
            "status": one.status,
            "who": one.contact.name if one.contact else "",
            "words": show(one.amount, one.currency) if one.amount is not None else "",
        }
        for one in found
    ]


def _history(user: User, partner: Partner) -> list[Line]:
    """What happened to the partner and to its links with clients whom the person may see, newest first."""
    seen = Q(contact__isnull=True)
    if user.can("contacts.view"):
        seen |= Q(contact__in=contacts_for(user).order_by().values("pk"))
    events = Event.objects.filter(seen, subject_kind="partner", subject_id=partner.pk)
    return [
        Line(
            kind_of(one.kind).icon,
            _said(one),
            one.contact.name if one.contact else "",
            one.contact_id,
            one.user.name if one.user else "Followthrough",
            one.occurred_at,
        )
        for one in events.select_related("contact", "user").order_by("-pk")[:TOLD]
    ]


#: On the partner's own page its name need not be said again.
_HERE = {
    "partner_created": "Added",
    "partner_deleted": "Deleted",
    "partner_restored": "Restored",
    "partner_changed": "Changed {fields}",
    "partner_given": "Given to {to}",
}


def _said(event: Event) -> str:
    if event.kind == "partner_linked":
        return str(event.data.get("role") or "Client in common")
    if event.kind == "partner_unlinked":
        return "No longer a client in common"
    if event.kind in _HERE:
        return _HERE[event.kind].format_map({"fields": "", "to": "nobody"} | event.data)
    return words(event.kind, event.data)
