"""Audiences over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.access import audiences_for, contacts_for
from crm.api.auth import Token, caller
from crm.api.contacts import stale
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Body, Cursor, Id, Limit, Version, given, refuse_null
from crm.audiences.listing import members_of
from crm.audiences.making import BadAudience, change_audience, delete_audiences, make_audience
from crm.audiences.members import add_members, remove_members
from crm.audiences.nesting import used_in
from crm.audiences.views import words_of
from crm.models import Audience
from crm.models.audience import AudienceKind
from crm.models.contact import ContactQuerySet
from crm.pagination import Order, order_of, page
from crm.results import Result

router = Router(tags=["Audiences"])
READ, WRITE = Token("records:read", "audiences.view"), Token("records:write", "audiences.edit")
ORDERS = {"name": ("name",), "created_at": ("created_at",), "updated_at": ("updated_at",)}
NEWEST = Order("newest", ("since",), descending=True)


class AudienceRow(Schema):
    id: int
    name: str
    kind: Literal["static", "dynamic"]
    description: str
    condition: dict[str, Any] | None = Field(description="Of a dynamic one, as `GET /conditions/schema` says")
    state: Literal["filling", "ready", "broken"]
    problem: str = Field(description="Why a broken one cannot be worked out")
    count: int = Field(description="All members, whoever may see them")
    counted_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class AudienceOut(AudienceRow):
    words: str = Field(description="The condition in plain English, after “everybody who”")
    used_in: list[int] = Field(description="Audiences whose condition asks for this one")


class AudiencePage(Schema):
    items: list[AudienceRow]
    next: str | None


class NewAudience(Body):
    name: str = Field(min_length=1, max_length=120)
    kind: Literal["static", "dynamic"]
    description: str = Field("", max_length=500)
    condition: dict[str, Any] | None = None


class AudienceChange(Body):
    name: str = Field("", min_length=1, max_length=120)
    description: str = Field("", max_length=500)
    condition: dict[str, Any] | None = None
    version: Version | None = None


class AudienceFilter(Schema):
    q: str = Field("", max_length=120, description="Words of the name")
    kind: Literal["", "static", "dynamic"] = ""
    state: Literal["", "filling", "ready", "broken"] = ""
    sort: str = Field("name", max_length=40, description=f"{', '.join(ORDERS)}; - before it turns it round")
    cursor: Cursor = ""
    limit: Limit = 50


class MemberOut(Schema):
    contact: int
    name: str
    since: datetime
    by_hand: bool = Field(description="Somebody put them in; a condition does not take them out")


class MemberPage(Schema):
    items: list[MemberOut]
    next: str | None


class Part(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


class MembersIn(Body):
    contacts: list[Id] = Field(min_length=1, max_length=1000)


class RefusedOut(Schema):
    contact: int
    message: str


class ChangedOut(Schema):
    changed: list[int] = Field(description="Contacts for which something changed; the others were so already")
    refused: list[RefusedOut]


@router.get("/audiences", auth=READ, response=AudiencePage)
def list_audiences(request: HttpRequest, wanted: Query[AudienceFilter]) -> dict[str, Any]:
    """All audiences."""
    rows = audiences_for(caller(request))
    exact = {"kind": wanted.kind, "state": wanted.state, "name__icontains": wanted.q}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    items, after = page(rows, order_of(wanted.sort, ORDERS), cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [row_out(one) for one in items], "next": after}


@router.post("/audiences", auth=WRITE, response={201: AudienceOut})
def create_audience(request: HttpRequest, body: NewAudience) -> Status[dict[str, Any]]:
    """Make an audience. A dynamic one is put together from now on; `state` says when it is `ready`."""
    try:
        made = make_audience(**body.model_dump(), by=caller(request), now=timezone.now())
    except BadAudience as bad:
        raise invalid(bad.problems) from None
    return Status(201, audience_out(made))


@router.get("/audiences/{int:audience_id}", auth=READ, response=AudienceOut)
def get_audience(request: HttpRequest, audience_id: Id) -> dict[str, Any]:
    """One audience."""
    return audience_out(one(request, audience_id))


@router.patch("/audiences/{int:audience_id}", auth=WRITE, response=AudienceOut)
def change_one_audience(request: HttpRequest, audience_id: Id, body: AudienceChange) -> dict[str, Any]:
    """Change what is sent. A changed condition puts the audience together anew."""
    one(request, audience_id)
    changes = given(body)
    refuse_null(changes, ())
    rows = audiences_for(caller(request)).filter(pk=audience_id)
    try:
        result = change_audience(rows, by=caller(request), now=timezone.now(), changes=changes, version=body.version)
    except BadAudience as bad:
        raise invalid(bad.problems) from None
    if result.stale:
        raise stale(audience_out(one(request, audience_id)))
    return audience_out(one(request, audience_id))


@router.delete("/audiences/{int:audience_id}", auth=WRITE, response={204: None})
def delete_audience(request: HttpRequest, audience_id: Id) -> Status[None]:
    """Delete an audience. 409 for one that others ask for, with their names."""
    one(request, audience_id)
    rows = audiences_for(caller(request)).filter(pk=audience_id)
    result = delete_audiences(rows, by=caller(request), now=timezone.now())
    if result.refused:
        raise Problem(409, result.refused[audience_id])
    return Status(204, None)


@router.get("/audiences/{int:audience_id}/members", auth=READ, response=MemberPage)
def list_audience_members(request: HttpRequest, audience_id: Id, wanted: Query[Part]) -> dict[str, Any]:
    """The members whom you may see, the newest first."""
    rows = members_of(caller(request), one(request, audience_id)).select_related("contact")
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    found = [
        {"contact": row.contact_id, "name": row.contact.name, "since": row.since, "by_hand": row.by_hand}
        for row in items
    ]
    return {"items": found, "next": after}


@router.post("/audiences/{int:audience_id}/members", auth=WRITE, response=ChangedOut)
def add_audience_members(request: HttpRequest, audience_id: Id, body: MembersIn) -> dict[str, Any]:
    """Put contacts in by hand, up to 1,000 at once."""
    audience = one(request, audience_id)
    picked = seen(request, body.contacts)
    return changed_out(add_members(audience, picked, by=caller(request), now=timezone.now()))


@router.delete("/audiences/{int:audience_id}/members", auth=WRITE, response=ChangedOut)
def remove_audience_members(request: HttpRequest, audience_id: Id, body: MembersIn) -> dict[str, Any]:
    """Take contacts out who were put in by hand. Who is in by the condition is refused."""
    audience = one(request, audience_id)
    picked = seen(request, body.contacts)
    return changed_out(remove_members(audience, picked, by=caller(request), now=timezone.now()))


def one(request: HttpRequest, audience_id: int) -> Audience:
    """The audience through the door. Raises Problem 404."""
    found = audiences_for(caller(request)).filter(pk=audience_id).first()
    if found is None:
        raise not_found("audience")
    return found


def seen(request: HttpRequest, ids: list[int]) -> ContactQuerySet:
    """The contacts through the door. Raises Problem 422 for the first that is not there."""
    rows = contacts_for(caller(request)).filter(pk__in=ids)
    known = set(rows.values_list("pk", flat=True))
    if missing := [
        (f"contacts.{place}", "There is no such contact.") for place, pk in enumerate(ids) if pk not in known
    ]:
        raise invalid(missing[:20])
    return rows


def row_out(audience: Audience) -> dict[str, Any]:
    names = [name for name in AudienceRow.model_fields if name != "kind"]
    return {name: getattr(audience, name) for name in names} | {"kind": AudienceKind(audience.kind).value}


def audience_out(audience: Audience) -> dict[str, Any]:
    users = used_in([audience.pk]).get(audience.pk, [])
    return row_out(audience) | {"words": words_of(audience), "used_in": [other.pk for other in users]}


def changed_out(result: Result) -> dict[str, Any]:
    refused = [{"contact": pk, "message": sentence} for pk, sentence in result.refused.items()]
    return {"changed": result.done, "refused": refused}
