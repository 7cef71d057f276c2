"""Sets of follow-ups over the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.access import contacts_for, deals_for, documents_for, invoices_for
from crm.api.auth import Token, caller, require
from crm.api.problems import invalid
from crm.api.shapes import Body, Id, given, refuse_null
from crm.api.team import BY_NUMBER, Paged
from crm.pagination import page
from followups import set_catalogue
from followups.access import sets_for
from followups.api.lists import MANAGE, READ, first, put_away, stored
from followups.api.shapes import PriorityName
from followups.api.writing import on_field
from followups.models import FollowUpSet
from followups.set_catalogue import LONGEST_DAYS, MOST_ITEMS, Item
from followups.sets import Use, use_sets

router = Router(tags=["Lists"])
USE = Token("followups:write", "followups.edit")
OccasionName = Literal[
    "by_hand", "stage_entered", "document_requested", "invoice_issued", "invoice_overdue", "became_client"
]
MOST_CONTACTS = 1_000
_DOORS = {"deal": deals_for, "document": documents_for, "invoice": invoices_for}


class ItemOut(Schema):
    id: int
    template: int
    days: int
    priority: str = Field(description="Empty: the template's")


class SetOut(Schema):
    id: int
    name: str
    description: str
    occasion: str
    stage: int | None
    document_kind: int | None
    items: list[ItemOut]
    archived: bool


class SetPage(Schema):
    items: list[SetOut]
    next: str | None


class ItemIn(Body):
    id: Id | None = Field(None, description="The item that it changes; left out: a new one")
    template: Id
    days: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] = 0
    priority: PriorityName | None = Field(None, description="Left out: the template's")


Items = Annotated[list[ItemIn], Field(min_length=1, max_length=MOST_ITEMS)]


class SetIn(Body):
    name: str = Field(min_length=1, max_length=80)
    description: str = Field("", max_length=300)
    occasion: OccasionName = "by_hand"
    stage: Id | None = Field(None, description="For “stage_entered”: which")
    document_kind: Id | None = Field(None, description="For “document_requested”: which; left out: any")
    items: Items


class SetChange(SetIn):
    name: str = Field("", min_length=1, max_length=80)
    items: Items = []
    archived: bool | None = None


class UseIn(Body):
    contacts: Annotated[list[Id], Field(min_length=1, max_length=MOST_CONTACTS)]
    deal: Id | None = Field(None, description="Of the one contact that is named")
    document: Id | None = None
    invoice: Id | None = None


class Used(Schema):
    ids: list[int] = Field(description="The follow-ups that were not there yet")
    undo: int | None = Field(description="Takes it back for ten minutes")


def set_out(one: FollowUpSet) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("id", "name", "description", "occasion")}
    items = [
        {"id": item.pk, "template": item.template_id, "days": item.days, "priority": item.priority}
        for item in one.items.all()
    ]
    links = {"stage": one.stage_id, "document_kind": one.document_kind_id}
    return plain | links | {"items": items, "archived": one.archived_at is not None}


def _values(body: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_id" if name in ("stage", "document_kind") else name: value for name, value in body.items()}


def _items(items: list[dict[str, Any]]) -> list[Item]:
    return [Item(one["template"], one.get("days", 0), one.get("priority") or "", one.get("id")) for one in items]


@router.get("/sets", auth=READ, response=SetPage)
def list_followup_sets(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """Sets of follow-ups, those put away included."""
    rows = sets_for(caller(request)).prefetch_related("items")
    found, after = page(rows, BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [set_out(one) for one in found], "next": after}


@router.post("/sets", auth=MANAGE, response={201: SetOut})
def create_followup_set(request: HttpRequest, body: SetIn) -> Status[dict[str, Any]]:
    """Add a set with its follow-ups."""
    said = body.model_dump()
    items = _items(said.pop("items"))
    return Status(201, set_out(stored(set_catalogue.add_set, _values(said), items)))


@router.get("/sets/{int:set_id}", auth=READ, response=SetOut)
def get_followup_set(request: HttpRequest, set_id: Id) -> dict[str, Any]:
    """One set."""
    return set_out(first(sets_for(caller(request)).filter(pk=set_id).prefetch_related("items"), "set"))


@router.patch("/sets/{int:set_id}", auth=MANAGE, response=SetOut)
def change_followup_set(request: HttpRequest, set_id: Id, body: SetChange) -> dict[str, Any]:
    """Change the fields that are sent. `items` replace all items; one that is named by its `id` stays the same one."""
    rows = sets_for(caller(request)).filter(pk=set_id)
    first(rows, "set")
    changes = given(body)
    refuse_null(changes, ("stage", "document_kind"))
    items, archived = changes.pop("items", None), changes.pop("archived", None)
    stored(set_catalogue.change_set, rows, _values(changes), _items(items) if items is not None else None)
    if archived is not None:
        set_catalogue.keep(rows, archived=archived, now=timezone.now())
    return get_followup_set(request, set_id)


@router.delete("/sets/{int:set_id}", auth=MANAGE, response={204: None})
def archive_followup_set(request: HttpRequest, set_id: Id) -> Status[None]:
    """Put a set away; what was made with it stays."""
    return put_away(sets_for(caller(request)).filter(pk=set_id), "set")


@router.post("/sets/{int:set_id}/use", auth=USE, response={201: Used})
def use_followup_set(request: HttpRequest, set_id: Id, body: UseIn) -> Status[dict[str, Any]]:
    """Make the set's follow-ups for contacts. What is open already is not made twice; all of them, or none."""
    user, now = caller(request), timezone.now()
    chosen = first(sets_for(user).filter(pk=set_id), "set")
    if chosen.archived_at is not None:
        raise invalid([("", f"“{chosen.name}” is put away.")])
    wanted = list(dict.fromkeys(body.contacts))
    found = set(contacts_for(user).filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := [pk for pk in wanted if pk not in found]:
        raise invalid([("contacts", f"There is no contact {missing[0]}, or you may not see it.")])
    records: dict[str, Any] = {}
    for name, door in _DOORS.items():
        if (pk := getattr(body, name)) is None:
            continue
        require(request, f"{name}s.view")
        if len(wanted) > 1 or not door(user).filter(pk=pk, contact=wanted[0]).exists():
            raise invalid([(name, f"That {name} is not of the one contact that is named.")])
        records[f"{name}_id"] = pk
    with on_field(""):
        made = use_sets([Use(chosen.pk, pk, **records) for pk in wanted], by=user, now=now)
    return Status(201, {"ids": made.ids, "undo": made.undo_id})
