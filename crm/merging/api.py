"""Duplicates over the API: the pairs that may be one person, merging two contacts, taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.access import contacts_for, deleted_contacts_for
from crm.api.auth import Token, caller
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Body, Cursor, Id, Limit, Version
from crm.merging import listing, pairs
from crm.merging.choosing import CHOSEN
from crm.merging.locking import Busy
from crm.merging.merging import CannotMerge, merge
from crm.merging.undoing import CannotTakeApart, take_apart
from crm.models import DuplicatePair
from crm.pagination import Order, page

router = Router(tags=["Contacts"])
MOST_ALIKE = Order("duplicates", ("likeness",), descending=True)
WRITE = Token("contacts:write", "contacts.merge")

#: As the API names fields that hold somebody else's number.
_NAMES = {"owner": "owner_id", "team": "team_id"}


class MergeIn(Body):
    kept: Id = Field(description="The contact that stays")
    gone: Id = Field(description="The contact whose history goes over to it")
    fields: dict[str, Literal["kept", "gone"]] = Field(
        default={},
        max_length=200,
        description="Whose value a field gets, own fields as custom.SLUG. One that is not named keeps the kept contact's "
        "value, or takes the other's where that is empty. Further addresses, phones and tags are united.",
    )
    version: Version | None = None
    gone_version: Version | None = None


class MergeOut(Schema):
    id: int = Field(description="The merge, for taking it back")
    kept: int
    gone: int
    moved: dict[str, int] = Field(description="How many rows of each table came over")


class TakenApartOut(Schema):
    kept: int
    gone: int
    stayed: list[str] = Field(description="Fields that were changed since the merge; they keep that value")
    since: int = Field(description="How much has happened since; it stays with the kept contact")


class Who(Schema):
    id: int
    name: str


class PairOut(Schema):
    id: int
    likeness: int = Field(description="0 to 100")
    reasons: list[str]
    found_at: datetime
    first: Who
    second: Who


class PairPage(Schema):
    items: list[PairOut]
    next: str | None


class PairFilter(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


@router.get("/duplicates", auth=Token("contacts:read", "contacts.merge"), response=PairPage)
def list_duplicates(request: HttpRequest, wanted: Query[PairFilter]) -> dict[str, Any]:
    """Pairs of contacts that may be one person, the most alike first: those of which you see both."""
    rows = listing.pairs_for(caller(request)).select_related("first", "second")
    items, after = page(rows, MOST_ALIKE, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [_pair(one) for one in items], "next": after}


@router.post("/duplicates/{int:pair_id}/dismiss", auth=WRITE, response={204: None})
def dismiss_duplicate(request: HttpRequest, pair_id: Id) -> Status[None]:
    """Say that they are two people. The pair comes back only when what was compared changes."""
    found = listing.pairs_for(caller(request)).filter(pk=pair_id)
    if not pairs.dismiss(found, by=caller(request), now=timezone.now()).done:
        raise not_found("pair")
    return Status(204, None)


@router.post(
    "/contacts/merge",
    auth=WRITE,
    response=MergeOut,
    # Names its contacts in the body, so the frame does not add this by itself.
    openapi_extra={"responses": {404: {"$ref": "#/components/responses/NotFound"}}},
)
def merge_contacts(request: HttpRequest, body: MergeIn) -> dict[str, Any]:
    """Make one contact of two. Reading the gone one answers 404 with `merged_into`; its external id means the kept one."""
    choices = {_NAMES.get(name, name): side for name, side in body.fields.items()}
    if unknown := [name for name in choices if name not in CHOSEN and not name.startswith("custom.")]:
        raise invalid([("fields", f"There is nothing to choose about “{unknown[0][:60]}”.")])
    versions = {body.kept: body.version, body.gone: body.gone_version}
    try:
        done = merge(
            contacts_for(caller(request)),
            kept=body.kept,
            gone=body.gone,
            by=caller(request),
            now=timezone.now(),
            choices=choices,
            versions={pk: version for pk, version in versions.items() if version is not None},
        )
    except CannotMerge as why:
        if body.kept == body.gone:
            raise invalid([("gone", str(why))]) from why
        raise (Problem(409, str(why)) if why.stale or why.conflict else not_found("contact")) from why
    except Busy as why:
        raise Problem(409, str(why)) from why
    return {"id": done.merge_id, "kept": done.kept_id, "gone": done.gone_id, "moved": done.moved}


@router.post("/contacts/merge/{int:merge_id}/undo", auth=WRITE, response=TakenApartOut)
def undo_contact_merge(request: HttpRequest, merge_id: Id) -> dict[str, Any]:
    """Take a merge back: both contacts are as they were. Works for 30 days."""
    user = caller(request)
    if not listing.merges_for(user).filter(pk=merge_id).exists():
        raise not_found("merge")
    try:
        done = take_apart(
            merge_id, kept=contacts_for(user), gone=deleted_contacts_for(user), by=user, now=timezone.now()
        )
    except (CannotTakeApart, Busy) as why:
        raise Problem(409, str(why)) from why
    return {"kept": done.kept_id, "gone": done.gone_id, "stayed": done.stayed, "since": done.since}


def _pair(one: DuplicatePair) -> dict[str, Any]:
    return {
        "id": one.pk,
        "likeness": one.likeness,
        "reasons": one.reasons,
        "found_at": one.found_at,
        "first": {"id": one.first_id, "name": one.first.name},
        "second": {"id": one.second_id, "name": one.second.name},
    }
