"""Contacts over the API: lists, one contact, its tags."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm import contact_sets, tagging
from crm.access import contacts_for, people_for, tags_for, teams_for
from crm.api.auth import Token, caller, require
from crm.api.contact_shapes import (
    ContactChange,
    ContactOut,
    ContactPage,
    LifecycleName,
    NewContactIn,
    Slug,
    TagsIn,
    TagsOut,
    contact_out,
)
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Cursor, Id, Limit, Moment, given, refuse_null
from crm.conditions.language import BadCondition
from crm.conditions.listing import where_q
from crm.contacts import NewContact, change_contact, create_contacts
from crm.merging.survivors import seen_survivor
from crm.models import Contact, User
from crm.models.contact import ContactQuerySet
from crm.pagination import order_of, page
from crm.search_terms import contacts_matching

router = Router(tags=["Contacts"])

ORDERS = {
    "name": ("last_name", "first_name"),
    "created_at": ("created_at",),
    "updated_at": ("updated_at",),
    "next_followup_due": ("next_due_by",),
    "rots_at": ("rots_at",),
}
NULLABLE = ("next_followup_due", "rots_at")


class ContactFilter(Schema):
    q: str = Field("", max_length=200, description="Words of name, organisation, e-mail, phone or external id")
    lifecycle: list[LifecycleName] = []
    owner: Id | None = None
    team: Id | None = None
    tag: Slug | None = None
    country: Annotated[str, Field(min_length=2, max_length=2)] | None = None
    source: str = Field("", max_length=200)
    email: str = Field("", max_length=254)
    external_id: str = Field("", max_length=200)
    rotting: bool = Field(False, description="Only those without real contact for longer than their rhythm")
    nothing_planned: bool = Field(False, description="Only active ones without an open follow-up")
    where: str = Field("", max_length=10_000, description="A condition as JSON, see GET /conditions/schema")
    updated_after: Moment | None = None
    created_after: Moment | None = None
    sort: str = Field("-created_at", max_length=40, description=f"{', '.join(ORDERS)}; - before it turns it round")
    cursor: Cursor = ""
    limit: Limit = 50


def narrowed(rows: ContactQuerySet, wanted: ContactFilter, now: datetime, user: User) -> ContactQuerySet:
    """The contacts that the filter lets through."""
    if wanted.q:
        rows = rows.filter(contacts_matching(wanted.q))
    if wanted.lifecycle:
        rows = rows.filter(lifecycle__in=wanted.lifecycle)
    exact = {
        "owner_id": wanted.owner,
        "team_id": wanted.team,
        "country": wanted.country and wanted.country.upper(),
        "source": wanted.source or None,
        "email": wanted.email.lower() or None,
        "external_id": wanted.external_id or None,
        "updated_at__gt": wanted.updated_after,
        "created_at__gt": wanted.created_after,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.tag:
        rows = rows.filter(pk__in=Contact.tags.through.objects.filter(tag__slug=wanted.tag).values("contact_id"))
    if wanted.rotting:
        rows = rows.rotting(now)
    if wanted.nothing_planned:
        rows = rows.nothing_planned()
    if wanted.where:
        rows = rows.filter(asked_for(wanted.where, now, user))
    return rows


def asked_for(where: str, now: datetime, user: User) -> Q:
    """The contacts that fit a condition. Raises Problem 422 with all that is wrong, each with its place."""
    try:
        return where_q(where, now, user)
    except BadCondition as bad:
        raise invalid([(f"where.{path}".rstrip("."), sentence) for path, sentence in bad.problems]) from None


@router.get("/contacts", auth=Token("contacts:read", "contacts.view"), response=ContactPage)
def list_contacts(request: HttpRequest, wanted: Query[ContactFilter]) -> dict[str, Any]:
    """The contacts that you may see."""
    rows = narrowed(contacts_for(caller(request)), wanted, timezone.now(), caller(request)).prefetch_related("tags")
    order = order_of(wanted.sort, ORDERS, nullable=NULLABLE)
    items, after = page(rows, order, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [contact_out(contact) for contact in items], "next": after}


@router.post("/contacts", auth=Token("contacts:write", "contacts.edit"), response={201: ContactOut})
def create_contact(request: HttpRequest, body: NewContactIn) -> Status[dict[str, Any]]:
    """Add a contact. A new lead starts the first-contact clock."""
    values = body.model_dump(exclude={"tags", "owner", "team"})
    values |= holders(request, body.owner, body.team)
    made = create_contacts(
        [NewContact(**values, tag_ids=tag_ids(request, body.tags))], by=caller(request), now=timezone.now()
    )
    if made.refused:
        raise refused(made.refused[0], same_as=made.same_as.get(0), user=caller(request))
    return Status(201, contact_out(one(request, made.ids[0])))


@router.get("/contacts/{int:contact_id}", auth=Token("contacts:read", "contacts.view"), response=ContactOut)
def get_contact(request: HttpRequest, contact_id: Id) -> dict[str, Any]:
    """One contact."""
    return contact_out(one(request, contact_id))


@router.patch("/contacts/{int:contact_id}", auth=Token("contacts:write", "contacts.edit"), response=ContactOut)
def change_one_contact(request: HttpRequest, contact_id: Id, body: ContactChange) -> dict[str, Any]:
    """Change the fields that are sent. Own fields are merged, null takes one away."""
    contact = one(request, contact_id)
    changes = given(body)
    refuse_null(changes, ("owner", "team", "rhythm_days"))
    if "owner" in changes or "team" in changes:
        require(request, "contacts.assign")
        found = holders(request, changes.get("owner"), changes.get("team"))
        changes |= {f"{name}_id": found[f"{name}_id"] for name in ("owner", "team") if name in changes}
        changes = {name: value for name, value in changes.items() if name not in ("owner", "team")}
    rows = contacts_for(caller(request)).filter(pk=contact.pk)
    result = change_contact(rows, by=caller(request), now=timezone.now(), changes=changes, version=body.version)
    if result.stale is not None:
        raise stale(contact_out(one(request, contact_id)))
    if result.refused:
        raise refused(result.refused, same_as=result.same_as, user=caller(request))
    return contact_out(Contact.objects.prefetch_related("tags").get(pk=contact_id))


@router.delete("/contacts/{int:contact_id}", auth=Token("contacts:write", "contacts.delete"), response={204: None})
def delete_contact(request: HttpRequest, contact_id: Id) -> Status[None]:
    """Take a contact out of every list; an administrator can restore it."""
    contact = one(request, contact_id)
    contact_sets.delete(contacts_for(caller(request)).filter(pk=contact.pk), by=caller(request), now=timezone.now())
    return Status(204, None)


@router.post("/contacts/{int:contact_id}/tags", auth=Token("contacts:write", "contacts.edit"), response=TagsOut)
def tag_contact(request: HttpRequest, contact_id: Id, body: TagsIn) -> dict[str, Any]:
    """Put tags on the contact, by slug."""
    return retagged(request, contact_id, add=tag_ids(request, body.tags))


@router.delete("/contacts/{int:contact_id}/tags", auth=Token("contacts:write", "contacts.edit"), response={204: None})
def untag_contact(request: HttpRequest, contact_id: Id, tag: Query[list[Slug]]) -> Status[None]:
    """Take tags off the contact: `?tag=SLUG`, as often as needed."""
    retagged(request, contact_id, remove=tag_ids(request, tag))
    return Status(204, None)


def retagged(
    request: HttpRequest, contact_id: int, *, add: list[int] | None = None, remove: list[int] | None = None
) -> dict[str, Any]:
    """Change the tags and return those that the contact now has."""
    contact = one(request, contact_id)
    rows = contacts_for(caller(request)).filter(pk=contact.pk)
    tagging.tag(rows, by=caller(request), now=timezone.now(), add=add or (), remove=remove or ())
    return {"tags": list(contact.tags.values_list("slug", flat=True))}


def one(request: HttpRequest, contact_id: int) -> Contact:
    """The contact through the door. Raises Problem 404."""
    contact = contacts_for(caller(request)).prefetch_related("tags").filter(pk=contact_id).first()
    if contact is None:
        problem = not_found("contact")
        if kept := seen_survivor(caller(request), contact_id):
            problem.more["merged_into"] = kept.pk
        raise problem
    return contact


def tag_ids(request: HttpRequest, slugs: list[str]) -> list[int]:
    """The ids of tags by slug. Raises Problem 422 for one that does not exist."""
    known = dict(tags_for(caller(request)).filter(slug__in=slugs).values_list("slug", "pk"))
    if missing := [slug for slug in slugs if slug not in known]:
        raise invalid([("tags", f"There is no tag “{missing[0]}”.")])
    return [known[slug] for slug in slugs]


def holders(request: HttpRequest, owner: int | None, team: int | None) -> dict[str, int | None]:
    """Owner and team as columns. Raises Problem 422 for one that cannot hold contacts, 403 for somebody else's work."""
    user = caller(request)
    if owner is not None and owner != user.pk:
        require(request, "contacts.assign")
    if owner is not None and not people_for(user).exclude(role="viewer").filter(pk=owner).exists():
        raise invalid([("owner", "There is no colleague with this number who can hold contacts.")])
    if team is not None and not teams_for(user).filter(pk=team).exists():
        raise invalid([("team", "There is no team with this number.")])
    return {"owner_id": owner, "team_id": team}


def refused(why: dict[str, str], *, same_as: int | None, user: User) -> Problem:
    """The verb's refusal as a 422; the twin is named only to those who may see it."""
    errors = [
        (name.removesuffix("_id") if name in ("owner_id", "team_id") else name, text) for name, text in why.items()
    ]
    problem = invalid(errors)
    if same_as is not None and contacts_for(user).filter(pk=same_as).exists():
        problem.more["same_as"] = same_as
    return problem


def stale(current: dict[str, Any]) -> Problem:
    """A 409 with the state now in force."""
    return Problem(409, "Somebody changed this first. `current` is how it is now.", current=current)
