"""Tags, saved views, own fields and the audit trail over the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm import audit
from crm.access import custom_fields_for, saved_views_of, tags_for
from crm.api.admin_shapes import AuditPage, FieldPage, TagIn, TagOut, TagPage, ViewPage
from crm.api.auth import Token, caller
from crm.api.problems import invalid, not_found
from crm.api.shapes import Cursor, Id, Limit, Moment
from crm.api.team import BY_NUMBER, Paged
from crm.models import Tag
from crm.pagination import BadCursor, page
from crm.tagging import BadTag, change_tag, delete_tags, make_tag

router = Router(tags=["Lists"])
READ, MANAGE = Token("contacts:read"), Token("admin:write", "tags.manage")
SALT = "followthrough.audit-cursor"


def tag_out(tag: Tag) -> dict[str, Any]:
    return {"id": tag.pk, "slug": tag.slug, "name": tag.name, "colour": tag.colour}


@router.get("/tags", auth=READ, response=TagPage)
def list_tags(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """All tags."""
    items, after = page(tags_for(caller(request)), BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [tag_out(tag) for tag in items], "next": after}


@router.post("/tags", auth=MANAGE, response={201: TagOut})
def create_tag(request: HttpRequest, body: TagIn) -> Status[dict[str, Any]]:
    """Make a tag."""
    try:
        return Status(201, tag_out(make_tag(body.name, colour=body.colour)))
    except BadTag as problem:
        raise invalid([("name", str(problem))]) from None


@router.get("/tags/{int:tag_id}", auth=READ, response=TagOut)
def get_tag(request: HttpRequest, tag_id: Id) -> dict[str, Any]:
    """One tag."""
    return tag_out(_tag(request, tag_id))


@router.patch("/tags/{int:tag_id}", auth=MANAGE, response=TagOut)
def change_one_tag(request: HttpRequest, tag_id: Id, body: TagIn) -> dict[str, Any]:
    """Rename or recolour a tag; contacts keep it."""
    _tag(request, tag_id)
    try:
        change_tag(tags_for(caller(request)).filter(pk=tag_id), name=body.name, colour=body.colour)
    except BadTag as problem:
        raise invalid([("name", str(problem))]) from None
    return tag_out(_tag(request, tag_id))


@router.delete("/tags/{int:tag_id}", auth=MANAGE, response={204: None})
def delete_tag(request: HttpRequest, tag_id: Id) -> Status[None]:
    """Delete a tag, taking it off every contact."""
    delete_tags(tags_for(caller(request)).filter(pk=_tag(request, tag_id).pk), by=caller(request), now=timezone.now())
    return Status(204, None)


def _tag(request: HttpRequest, tag_id: int) -> Tag:
    found = tags_for(caller(request)).filter(pk=tag_id).first()
    if found is None:
        raise not_found("tag")
    return found


@router.get("/views", auth=READ, response=ViewPage)
def list_views(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """Saved views: your own and the shared ones; `query` is the query string of the page."""
    items, after = page(saved_views_of(caller(request)), BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    plain = ("id", "page", "name", "query", "shared")
    return {
        "items": [{name: getattr(one, name) for name in plain} | {"owner": one.owner_id} for one in items],
        "next": after,
    }


@router.get("/fields", auth=READ, response=FieldPage)
def list_fields(request: HttpRequest, wanted: Query[Paged]) -> dict[str, Any]:
    """The organisation's own fields of contacts."""
    items, after = page(custom_fields_for(caller(request)), BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    plain = ("slug", "label", "kind", "choices", "help_text")
    return {"items": [{name: getattr(one, name) for name in plain} for one in items], "next": after}


class AuditFilter(Schema):
    kind: Annotated[str, Field(max_length=30, description="contact, followup, consent, person, organisation")] = ""
    record: Id | None = None
    user: Id | None = None
    since: Moment | None = None
    until: Moment | None = None
    cursor: Cursor = ""
    limit: Limit = 50


@router.get("/audit", auth=Token("admin:read", "audit.view"), response=AuditPage)
def read_audit(request: HttpRequest, wanted: Query[AuditFilter]) -> dict[str, Any]:
    """Who changed what, when, from where, before and after; newest first."""
    if wanted.kind and wanted.kind not in audit.audited():
        raise invalid([("kind", f"There are: {', '.join(audit.audited())}.")])
    try:
        place = dict(signing.loads(wanted.cursor, salt=SALT)) if wanted.cursor else {}
    except signing.BadSignature:
        raise BadCursor("This cursor is not one of ours. Take “next” from the page before.") from None
    asked = audit.Asked(wanted.kind, wanted.record, wanted.user, wanted.since, wanted.until, place)
    entries, after = audit.read(asked, limit=wanted.limit)
    return {"items": [entry_out(one) for one in entries], "next": signing.dumps(after, salt=SALT) if after else None}


def entry_out(entry: audit.Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "id": entry.id,
        "record": entry.record_id,
        "name": entry.record,
        "action": entry.action,
        "at": entry.at,
        "user": entry.user_id,
        "who": entry.who,
        "address": entry.address,
        "page": entry.page,
        "changes": [{"field": name, "before": was, "after": became} for name, (was, became) in entry.changes.items()],
    }
