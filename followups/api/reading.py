"""Finding follow-ups over the API: filters, lists, one of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from crm.api.auth import Token, caller
from crm.api.contacts import one as one_contact
from crm.api.problems import not_found
from crm.api.shapes import Body, Cursor, Id, Limit, Moment
from crm.pagination import order_of, page
from followups.access import followups_for
from followups.api.shapes import (
    PREFETCHED,
    RELATED,
    FollowUpOut,
    FollowUpPage,
    PriorityName,
    Slug,
    StatusName,
    followup_out,
)
from followups.models import FollowUp, FollowUpTag
from followups.models.followup import FollowUpQuerySet
from followups.reading.day import Edges, Totals, totals
from followups.reading.figures import figures
from followups.reading.scopes import colleagues, may_switch, scope_for

router = Router(tags=["Follow-ups"])
READ = Token("followups:read", "followups.view")

ORDERS = {
    "due_at": ("due_by",),
    "created_at": ("created_at",),
    "updated_at": ("updated_at",),
    "status": ("status", "due_by"),
}


class Wanted(Body):
    """Which follow-ups: all that is given must hold."""

    contact: Id | None = None
    partner: Id | None = None
    deal: Id | None = Field(default=None, description="Waiting for this deal")
    document: Id | None = Field(default=None, description="Waiting for this document")
    invoice: Id | None = Field(default=None, description="Waiting for this invoice")
    assignee: Id | None = None
    creator: Id | None = None
    status: list[StatusName] = []
    priority: list[PriorityName] = []
    type: list[Slug] = []
    tag: Slug | None = None
    open: bool | None = Field(default=None, description="Still to be done, or not")
    overdue: bool | None = None
    snoozed: bool | None = None
    pinned: bool | None = None
    due_after: Moment | None = None
    due_before: Moment | None = None
    updated_after: Moment | None = None
    q: str = Field(default="", max_length=200, description="Words of the subject")


class Paging(Schema):
    sort: str = Field("due_at", max_length=40, description=f"{', '.join(ORDERS)}; - before it turns it round")
    cursor: Cursor = ""
    limit: Limit = 50


def narrowed(rows: FollowUpQuerySet, wanted: Wanted, now: datetime) -> FollowUpQuerySet:
    """The follow-ups that the filter lets through."""
    exact = {
        "contact_id": wanted.contact,
        "partner_id": wanted.partner,
        "deal_id": wanted.deal,
        "document_id": wanted.document,
        "invoice_id": wanted.invoice,
        "assignee_id": wanted.assignee,
        "creator_id": wanted.creator,
        "pinned": wanted.pinned,
        "due_by__gte": wanted.due_after,
        "due_by__lt": wanted.due_before,
        "updated_at__gt": wanted.updated_after,
        "status__in": wanted.status or None,
        "priority__in": wanted.priority or None,
        "type__slug__in": wanted.type or None,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.tag:
        rows = rows.filter(pk__in=FollowUpTag.objects.filter(tag__slug=wanted.tag).values("followup_id"))
    for word in wanted.q.split():
        rows = rows.filter(subject__icontains=word)
    for asked, those in (
        (wanted.open, rows.open()),
        (wanted.overdue, rows.overdue(now)),
        (wanted.snoozed, rows.snoozed(now)),
    ):
        if asked is not None:
            rows = rows.filter(pk__in=those.values("pk")) if asked else rows.exclude(pk__in=those.values("pk"))
    return rows


def listed(rows: FollowUpQuerySet, paging: Paging) -> dict[str, Any]:
    """One page of follow-ups."""
    rows = rows.select_related(*RELATED).prefetch_related(*PREFETCHED)
    items, after = page(rows, order_of(paging.sort, ORDERS), cursor=paging.cursor, limit=paging.limit)
    return {"items": [followup_out(one) for one in items], "next": after}


def one(request: HttpRequest, followup_id: int) -> FollowUp:
    """The follow-up through the door. Raises Problem 404."""
    rows = followups_for(caller(request)).select_related(*RELATED).prefetch_related(*PREFETCHED)
    found = rows.filter(pk=followup_id).first()
    if found is None:
        raise not_found("follow-up")
    return found


@router.get("/followups", auth=READ, response=FollowUpPage)
def list_followups(request: HttpRequest, wanted: Query[Wanted], paging: Query[Paging]) -> dict[str, Any]:
    """The follow-ups that you may see."""
    return listed(narrowed(followups_for(caller(request)), wanted, timezone.now()), paging)


@router.get("/followups/mine", auth=READ, response=FollowUpPage)
def my_followups(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """What you still have to do."""
    user = caller(request)
    return listed(followups_for(user).open().filter(assignee=user), paging)


@router.get("/followups/overdue", auth=READ, response=FollowUpPage)
def overdue_followups(request: HttpRequest, paging: Query[Paging], assignee: Id | None = None) -> dict[str, Any]:
    """Open and past their time, of everybody you may see."""
    wanted = Wanted(assignee=assignee)
    return listed(narrowed(followups_for(caller(request)).overdue(timezone.now()), wanted, timezone.now()), paging)


@router.get("/followups/upcoming", auth=READ, response=FollowUpPage)
def upcoming_followups(
    request: HttpRequest,
    paging: Query[Paging],
    days: Annotated[int, Field(ge=1, le=366)] = 7,
    assignee: Id | None = None,
) -> dict[str, Any]:
    """Open and due within the coming days."""
    now = timezone.now()
    wanted = Wanted(assignee=assignee, due_after=now, due_before=now + timedelta(days=days))
    return listed(narrowed(followups_for(caller(request)).open(), wanted, now), paging)


class Counts(Schema):
    scope: str
    overdue: int
    today: int
    this_week: int
    minutes: int = Field(description="What overdue and today take, by their types")
    done_this_week: int
    done_today: int
    on_time_percent: int | None
    first_answer_minutes: float | None
    open: int
    counted_at: datetime


@router.get("/followups/dashboard", auth=READ, response=Counts)
def dashboard(request: HttpRequest, scope: Annotated[str, Field(max_length=20)] = "") -> dict[str, Any]:
    """The dashboard's figures: `scope` is mine, team, or the number of a colleague whose day you may look at."""
    user, now = caller(request), timezone.now()
    chosen = scope_for(user, scope, colleagues(user) if may_switch(user) else [])
    counted: Totals = totals(user, chosen, Edges.of(user, now))
    done = figures(user, chosen, now)
    return {
        "scope": chosen.key,
        "overdue": counted.overdue,
        "today": counted.today,
        "this_week": counted.week,
        "minutes": counted.minutes,
        "done_this_week": done.done,
        "done_today": done.today_done,
        "on_time_percent": done.on_time,
        "first_answer_minutes": done.first_answer,
        "open": done.open,
        "counted_at": done.counted_at,
    }


@router.get("/followups/{int:followup_id}", auth=READ, response=FollowUpOut)
def get_followup(request: HttpRequest, followup_id: Id) -> dict[str, Any]:
    """One follow-up."""
    return followup_out(one(request, followup_id))


@router.get("/contacts/{int:contact_id}/followups", auth=READ, response=FollowUpPage)
def contact_followups(
    request: HttpRequest, contact_id: Id, wanted: Query[Wanted], paging: Query[Paging]
) -> dict[str, Any]:
    """The follow-ups of one contact."""
    contact = one_contact(request, contact_id)
    rows = followups_for(caller(request)).filter(contact=contact)
    return listed(narrowed(rows, wanted, timezone.now()), paging)
