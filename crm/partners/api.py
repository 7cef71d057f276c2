"""Partners over the API: lists, one partner, the clients in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.access import contacts_for, partners_for, people_for
from crm.api.auth import Token, caller, require
from crm.api.contacts import one as one_contact
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Body, Cursor, Id, Limit, Moment, Version, given, refuse_null
from crm.models import Partner, PartnerContact
from crm.pagination import order_of, page
from crm.partners.changing import change_partner, delete
from crm.partners.linking import BadRole, link, unlink
from crm.partners.making import NewPartner, create_partners
from crm.partners.rows import partners_matching

router = Router(tags=["Partners"])
READ, WRITE = Token("records:read", "partners.view"), Token("records:write", "partners.edit")
ORDERS = {"name": ("name",), "created_at": ("created_at",), "updated_at": ("updated_at",)}
LINK_ORDERS = {"since": ("since",)}
KindName = Literal["agency", "institution", "referrer", "other"]
_PLAIN = (
    "id", "name", "kind", "person", "email", "phone", "website", "country", "city", "time_zone", "notes",
    "external_id", "version", "created_at", "updated_at",
)  # fmt: skip


class PartnerOut(Schema):
    id: int
    name: str
    kind: str
    person: str = Field(description="Whom to ask for")
    email: str
    phone: str
    website: str
    country: str
    city: str
    time_zone: str
    notes: str
    external_id: str
    owner: int | None
    version: int
    created_at: datetime
    updated_at: datetime


class PartnerPage(Schema):
    items: list[PartnerOut]
    next: str | None


class LinkOut(Schema):
    contact: int
    role: str
    since: datetime


class LinkPage(Schema):
    items: list[LinkOut]
    next: str | None


class PartnerFilter(Schema):
    q: str = Field("", max_length=200, description="Words of name, person, place, e-mail, phone or external id")
    kind: list[KindName] = []
    owner: Id | None = None
    contact: Id | None = Field(None, description="Only partners of this contact")
    external_id: str = Field("", max_length=200)
    updated_after: Moment | None = None
    sort: str = Field("name", max_length=40, description=f"{', '.join(ORDERS)}; - before it turns it round")
    cursor: Cursor = ""
    limit: Limit = 50


class PartnerIn(Body):
    name: str = Field(min_length=1, max_length=200)
    kind: KindName = "agency"
    person: str = Field("", max_length=200, description="Whom to ask for")
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=60, description="Stored as E.164")
    website: str = Field("", max_length=300)
    country: str = Field("", max_length=60, description="ISO 3166-1 alpha-2, or a name")
    city: str = Field("", max_length=200)
    time_zone: str = Field("", max_length=64)
    notes: str = Field("", max_length=20_000)
    external_id: str = Field("", max_length=200)
    owner: Id | None = None


class PartnerChange(PartnerIn):
    name: str = Field("", min_length=1, max_length=200)
    version: Version | None = None


class LinkIn(Body):
    contact: Id
    role: str = Field("", max_length=80, description="Of the contact: “Referred by”, “Applies to”")


class Paged(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


def partner_out(partner: Partner) -> dict[str, Any]:
    """The partner as a plain dictionary."""
    return {name: getattr(partner, name) for name in _PLAIN} | {"owner": partner.owner_id}


def link_out(one: PartnerContact) -> dict[str, Any]:
    return {"contact": one.contact_id, "role": one.role, "since": one.since}


def one(request: HttpRequest, partner_id: int) -> Partner:
    """The partner. Raises Problem 404."""
    found = partners_for(caller(request)).filter(pk=partner_id).first()
    if found is None:
        raise not_found("partner")
    return found


@router.get("/partners", auth=READ, response=PartnerPage)
def list_partners(request: HttpRequest, wanted: Query[PartnerFilter]) -> dict[str, Any]:
    """The partners of the organisation."""
    user = caller(request)
    rows = partners_for(user)
    if wanted.q:
        rows = rows.filter(partners_matching(wanted.q))
    if wanted.contact is not None:
        require(request, "contacts.view")
        seen = contacts_for(user).filter(pk=wanted.contact).order_by().values("pk")
        rows = rows.filter(pk__in=PartnerContact.objects.filter(contact__in=seen).values("partner_id"))
    exact = {
        "kind__in": wanted.kind or None,
        "owner_id": wanted.owner,
        "external_id": wanted.external_id or None,
        "updated_at__gt": wanted.updated_after,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    items, after = page(rows, order_of(wanted.sort, ORDERS), cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [partner_out(partner) for partner in items], "next": after}


@router.post("/partners", auth=WRITE, response={201: PartnerOut})
def create_partner(request: HttpRequest, body: PartnerIn) -> Status[dict[str, Any]]:
    """Add a partner."""
    values = body.model_dump(exclude={"owner"}) | {"owner_id": holder(request, body.owner)}
    made = create_partners([NewPartner(**values)], by=caller(request), now=timezone.now())
    if made.refused:
        raise refused(made.refused[0], made.same_as.get(0))
    return Status(201, partner_out(one(request, made.ids[0])))


@router.get("/partners/{int:partner_id}", auth=READ, response=PartnerOut)
def get_partner(request: HttpRequest, partner_id: Id) -> dict[str, Any]:
    """One partner."""
    return partner_out(one(request, partner_id))


@router.patch("/partners/{int:partner_id}", auth=WRITE, response=PartnerOut)
def change_one_partner(request: HttpRequest, partner_id: Id, body: PartnerChange) -> dict[str, Any]:
    """Change the fields that are sent."""
    one(request, partner_id)
    changes = given(body)
    refuse_null(changes, ("owner",))
    if "owner" in changes:
        changes["owner_id"] = holder(request, changes.pop("owner"))
    rows = partners_for(caller(request)).filter(pk=partner_id)
    result = change_partner(rows, by=caller(request), now=timezone.now(), changes=changes, version=body.version)
    if result.stale is not None:
        current = partner_out(one(request, partner_id))
        raise Problem(409, "Somebody changed this first. `current` is how it is now.", current=current)
    if result.refused:
        raise refused(result.refused, result.same_as)
    return partner_out(one(request, partner_id))


@router.delete("/partners/{int:partner_id}", auth=WRITE, response={204: None})
def delete_partner(request: HttpRequest, partner_id: Id) -> Status[None]:
    """Take a partner out of every list; its clients stay."""
    one(request, partner_id)
    delete(partners_for(caller(request)).filter(pk=partner_id), by=caller(request), now=timezone.now())
    return Status(204, None)


@router.get("/partners/{int:partner_id}/contacts", auth=READ, response=LinkPage)
def partner_contacts(request: HttpRequest, partner_id: Id, wanted: Query[Paged]) -> dict[str, Any]:
    """The clients in common that you may see, the latest first."""
    require(request, "contacts.view")
    seen = contacts_for(caller(request)).order_by().values("pk")
    rows = PartnerContact.objects.filter(partner=one(request, partner_id), contact__in=seen)
    items, after = page(rows, order_of("-since", LINK_ORDERS), cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [link_out(each) for each in items], "next": after}


@router.post("/partners/{int:partner_id}/contacts", auth=WRITE, response={201: LinkOut})
def link_partner_contact(request: HttpRequest, partner_id: Id, body: LinkIn) -> Status[dict[str, Any]]:
    """Say that a contact has to do with the partner; a link that is there gets the new role."""
    require(request, "contacts.view")
    partner = one(request, partner_id)
    who = contacts_for(caller(request)).filter(pk=body.contact)
    if not who.exists():
        raise invalid([("contact", "There is no such contact, or you may not see it.")])
    try:
        link(partner, who, role=body.role, by=caller(request), now=timezone.now())
    except BadRole as problem:
        raise invalid([("role", str(problem))]) from None
    return Status(201, link_out(PartnerContact.objects.get(partner=partner, contact=body.contact)))


@router.delete("/partners/{int:partner_id}/contacts/{int:contact_id}", auth=WRITE, response={204: None})
def unlink_partner_contact(request: HttpRequest, partner_id: Id, contact_id: Id) -> Status[None]:
    """Say that a contact has nothing to do with the partner any more."""
    require(request, "contacts.view")
    partner, contact = one(request, partner_id), one_contact(request, contact_id)
    who = contacts_for(caller(request)).filter(pk=contact.pk)
    if not unlink(partner, who, by=caller(request), now=timezone.now()).done:
        raise not_found("link")
    return Status(204, None)


def holder(request: HttpRequest, owner: int | None) -> int | None:
    """The owner as a column. Raises Problem 422 for one who cannot hold partners."""
    if owner is not None and not people_for(caller(request)).exclude(role="viewer").filter(pk=owner).exists():
        raise invalid([("owner", "There is no colleague with this number who can hold partners.")])
    return owner


def refused(why: dict[str, str], same_as: int | None) -> Problem:
    """The verb's refusal as a 422, with the partner that is there already."""
    problem = invalid([(name.removesuffix("_id") if name == "owner_id" else name, text) for name, text in why.items()])
    if same_as is not None:
        problem.more["same_as"] = same_as
    return problem
