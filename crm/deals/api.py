"""Deals over the API: lists, one deal, its way through the stages; pipelines and products."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from crm.access import contacts_for, deals_for, partners_for, people_for, pipelines_for, products_for
from crm.api.auth import Token, caller
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Id, given, refuse_null
from crm.deals import changing, moving
from crm.deals.filters import deals_matching
from crm.deals.forms import all_reasons
from crm.deals.making import BadDeals, NewDeal, create_deals
from crm.deals.products import BadProduct, make_product
from crm.deals.quiet import gone_quiet
from crm.deals.shapes import (
    ContactDealIn,
    DealChange,
    DealFilter,
    DealOut,
    DealPage,
    EndIn,
    MoveIn,
    NewDealIn,
    Part,
    PipelinePage,
    ProductIn,
    ProductOut,
    ProductPage,
    ReopenIn,
    deal_out,
    pipeline_out,
    product_out,
)
from crm.models import CloseReason, Deal, Stage
from crm.models.deal import DealQuerySet
from crm.pagination import Order, order_of, page
from crm.results import Result

router = Router(tags=["Deals"])
READ, WRITE = Token("records:read", "deals.view"), Token("records:write", "deals.edit")
REMOVE, MANAGE = Token("records:write", "deals.delete"), Token("admin:write", "settings.manage")
ORDERS = {
    "updated_at": ("updated_at",), "created_at": ("created_at",), "name": ("name",), "amount": ("amount",),
    "expected_on": ("expected_on",), "closed_at": ("closed_at",),
}  # fmt: skip
NULLABLE = ("amount", "expected_on", "closed_at")
NEWEST, BY_NUMBER = Order("deals", (), descending=True), Order("number", (), descending=False)
_EXACT = ("pipeline", "stage", "status", "owner", "contact", "product")


def narrowed(rows: DealQuerySet, wanted: DealFilter) -> DealQuerySet:
    """The deals that the filter lets through."""
    exact = {name: getattr(wanted, name) for name in _EXACT} | {
        "external_id": wanted.external_id or None,
        "currency": wanted.currency and wanted.currency.upper(),
        "amount__gte": wanted.amount_from,
        "amount__lte": wanted.amount_to,
        "updated_at__gt": wanted.updated_after,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.q:
        rows = rows.filter(deals_matching(wanted.q))
    if wanted.quiet is not None:
        quiet = gone_quiet(timezone.now())
        rows = rows.filter(quiet if wanted.quiet else ~quiet)
    return rows


@router.get("/deals", auth=READ, response=DealPage)
def list_deals(request: HttpRequest, wanted: Query[DealFilter]) -> dict[str, Any]:
    """The deals that you may see."""
    rows = narrowed(deals_for(caller(request)), wanted).select_related("stage", "close_reason")
    order = order_of(wanted.sort, ORDERS, nullable=NULLABLE)
    items, after = page(rows, order, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [deal_out(deal) for deal in items], "next": after}


@router.post("/deals", auth=WRITE, response={201: DealOut})
def create_deal(request: HttpRequest, body: NewDealIn) -> Status[dict[str, Any]]:
    """Add a deal; it is yours unless an owner is named. An amount without a currency is in the organisation's."""
    return _made(request, body, body.contact)


@router.get("/contacts/{int:contact_id}/deals", auth=READ, response=DealPage)
def contact_deals(request: HttpRequest, contact_id: Id, wanted: Query[Part]) -> dict[str, Any]:
    """The contact's deals, newest first."""
    _contact(request, contact_id)
    rows = deals_for(caller(request)).filter(contact=contact_id).select_related("stage", "close_reason")
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [deal_out(deal) for deal in items], "next": after}


@router.post("/contacts/{int:contact_id}/deals", auth=WRITE, response={201: DealOut})
def create_contact_deal(request: HttpRequest, contact_id: Id, body: ContactDealIn) -> Status[dict[str, Any]]:
    """Add a deal with this contact."""
    _contact(request, contact_id)
    return _made(request, body, contact_id)


@router.get("/deals/{int:deal_id}", auth=READ, response=DealOut)
def get_deal(request: HttpRequest, deal_id: Id) -> dict[str, Any]:
    """One deal."""
    return deal_out(one(request, deal_id))


@router.patch("/deals/{int:deal_id}", auth=WRITE, response=DealOut)
def change_one_deal(request: HttpRequest, deal_id: Id, body: DealChange) -> dict[str, Any]:
    """Change the fields that are sent. A new currency needs the amount in it beside it."""
    one(request, deal_id)
    changes = given(body)
    refuse_null(
        changes, ("contact", "partner", "product", "amount", "probability", "opened_on", "expected_on", "owner")
    )
    _check_named(request, changes)
    changes = {_column(name): value for name, value in changes.items()}
    result = changing.change_deal(
        _rows(request, deal_id),
        by=caller(request),
        now=timezone.now(),
        changes=changes,
        version=body.version,
        number_meant="amount" in changes,
    )
    if result.stale is not None:
        raise stale(request, deal_id)
    if result.refused:
        raise _refused(result.refused)
    return deal_out(one(request, deal_id, seen=True))


@router.delete("/deals/{int:deal_id}", auth=REMOVE, response={204: None})
def delete_deal(request: HttpRequest, deal_id: Id) -> Status[None]:
    """Take a deal out of every list."""
    one(request, deal_id)
    changing.delete(_rows(request, deal_id), by=caller(request), now=timezone.now())
    return Status(204, None)


@router.post("/deals/{int:deal_id}/move", auth=WRITE, response=DealOut)
def move_deal(request: HttpRequest, deal_id: Id, body: MoveIn) -> dict[str, Any]:
    """Put the deal into a stage, of its own pipeline or another. A stage of lost deals needs a reason."""
    deal = one(request, deal_id)
    stages = Stage.objects.filter(pk=body.stage, pipeline__in=pipelines_for(caller(request)))
    stage = stages.filter(archived_at__isnull=True).first()
    if stage is None:
        raise invalid([("stage", "There is no such stage in use.")])
    return _walked(request, deal, body, lambda rows, **how: moving.move(rows, to=stage, **how), kind=stage.kind)


@router.post("/deals/{int:deal_id}/win", auth=WRITE, response=DealOut)
def win_deal(request: HttpRequest, deal_id: Id, body: EndIn) -> dict[str, Any]:
    """Win the deal."""
    return _walked(request, one(request, deal_id), body, moving.win, kind="won")


@router.post("/deals/{int:deal_id}/lose", auth=WRITE, response=DealOut)
def lose_deal(request: HttpRequest, deal_id: Id, body: EndIn) -> dict[str, Any]:
    """Lose the deal, with a reason."""
    return _walked(request, one(request, deal_id), body, moving.lose, kind="lost")


@router.post("/deals/{int:deal_id}/reopen", auth=WRITE, response=DealOut)
def reopen_deal(request: HttpRequest, deal_id: Id, body: ReopenIn) -> dict[str, Any]:
    """Open a won or lost deal again; 409 for one that is open."""
    deal = one(request, deal_id)
    if deal.is_open:
        raise Problem(409, "This deal is open.", current=deal_out(deal))
    versions = {deal.pk: body.version} if body.version else None
    result = moving.reopen(_rows(request, deal.pk), by=caller(request), now=timezone.now(), versions=versions)
    return _answered(request, deal, result)


@router.get("/pipelines", auth=READ, response=PipelinePage)
def list_pipelines(request: HttpRequest, wanted: Query[Part]) -> dict[str, Any]:
    """The pipelines in use with their stages and reasons."""
    rows = pipelines_for(caller(request)).filter(archived_at__isnull=True).prefetch_related("stages")
    items, after = page(rows, BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    reasons: dict[str, list[str]] = {"won": [], "lost": []}
    for reason in all_reasons():
        if reason.archived_at is None:
            reasons[reason.kind].append(reason.label)
    return {"items": [pipeline_out(one_, reasons) for one_ in items], "next": after}


@router.get("/products", auth=READ, response=ProductPage)
def list_products(request: HttpRequest, wanted: Query[Part]) -> dict[str, Any]:
    """The products, those put away included."""
    items, after = page(products_for(caller(request)), BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [product_out(product) for product in items], "next": after}


@router.post("/products", auth=MANAGE, response={201: ProductOut})
def create_product(request: HttpRequest, body: ProductIn) -> Status[dict[str, Any]]:
    """Add a product. A price without a currency is in the organisation's."""
    try:
        return Status(201, product_out(make_product(**body.model_dump())))
    except BadProduct as problem:
        raise invalid(problem.refused) from None


def one(request: HttpRequest, deal_id: int, *, seen: bool = False) -> Deal:
    """The deal through the door; `seen` is one that this request has just given away. Raises Problem 404."""
    rows = Deal.objects.all() if seen else deals_for(caller(request))
    deal = rows.select_related("stage", "close_reason").filter(pk=deal_id).first()
    if deal is None:
        raise not_found("deal")
    return deal


def stale(request: HttpRequest, deal_id: int) -> Problem:
    """A 409 with the state now in force."""
    current = deal_out(one(request, deal_id))
    return Problem(409, "Somebody changed this first. `current` is how it is now.", current=current)


def _rows(request: HttpRequest, deal_id: int) -> DealQuerySet:
    return deals_for(caller(request)).filter(pk=deal_id)


def _contact(request: HttpRequest, contact_id: int) -> None:
    if not contacts_for(caller(request)).filter(pk=contact_id).exists():
        raise not_found("contact")


def _column(name: str) -> str:
    return f"{name}_id" if name in ("contact", "partner", "product", "owner", "stage") else name


def _refused(why: dict[str, str]) -> Problem:
    return invalid([(name.removesuffix("_id") if name != "external_id" else name, text) for name, text in why.items()])


def _check_named(request: HttpRequest, values: dict[str, Any]) -> None:
    """Refuse what the caller may not see as if it were not there. Raises Problem 422."""
    user = caller(request)
    doors = {
        "contact": contacts_for(user),
        "partner": partners_for(user),
        "product": products_for(user),
        "owner": people_for(user).exclude(role="viewer"),
    }
    missing = [
        (name, f"There is no such {name if name != 'owner' else 'colleague who can hold deals'}.")
        for name, rows in doors.items()
        if values.get(name) is not None and not rows.filter(pk=values[name]).exists()
    ]
    if missing:
        raise invalid(missing)


def _made(request: HttpRequest, body: ContactDealIn, contact_id: int | None) -> Status[dict[str, Any]]:
    values = body.model_dump() | {"contact": contact_id}
    _check_named(request, values)
    if values["stage"] is None:
        stages = Stage.objects.filter(pipeline__archived_at__isnull=True, archived_at__isnull=True, kind="open")
        first = stages.order_by("pipeline__position", "position", "pk").first()
        if first is None:
            raise invalid([("stage", "There is no stage in use.")])
        values["stage"] = first.pk
    try:
        [pk] = create_deals(
            [NewDeal(**{_column(name): value for name, value in values.items()})],
            by=caller(request),
            now=timezone.now(),
        )
    except BadDeals as problem:
        raise _refused(problem.refused[0]) from None
    return Status(201, deal_out(one(request, pk, seen=True)))


def _reason(text: str, kind: str) -> CloseReason | None:
    """The reason with this label. Raises Problem 422 for one that is not in use."""
    if not text:
        return None
    known = [one_ for one_ in all_reasons() if one_.kind == kind and one_.archived_at is None]
    found = next((one_ for one_ in known if one_.label.casefold() == text.casefold()), None)
    if found is None:
        raise invalid([("reason", f"There are: {', '.join(one_.label for one_ in known) or 'none'}.")])
    return found


def _walked(request: HttpRequest, deal: Deal, body: MoveIn | EndIn, verb: Any, *, kind: str) -> dict[str, Any]:
    reason = _reason(body.reason, kind)
    versions = {deal.pk: body.version} if body.version else None
    how = {"by": caller(request), "now": timezone.now(), "reason": reason, "note": body.note, "versions": versions}
    try:
        result = verb(_rows(request, deal.pk), **how)
    except moving.ReasonNeeded as problem:
        raise invalid([("reason", str(problem))]) from None
    return _answered(request, deal, result)


def _answered(request: HttpRequest, deal: Deal, result: Result) -> dict[str, Any]:
    if result.stale:
        raise stale(request, deal.pk)
    if result.refused:
        raise Problem(409, next(iter(result.refused.values())), current=deal_out(one(request, deal.pk)))
    return deal_out(one(request, deal.pk, seen=True))
