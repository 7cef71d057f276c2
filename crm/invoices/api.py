"""Invoices over the API: lists, one invoice, its payments, voiding and opening again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from crm.access import contacts_for, deals_for, invoices_for
from crm.api.auth import Token, caller
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Id, given, refuse_null
from crm.invoices import issuing, paying, voiding
from crm.invoices.issuing import BadInvoice, NewInvoice, today_here
from crm.invoices.shapes import (
    ContactInvoiceIn,
    InvoiceChange,
    InvoiceFilter,
    InvoiceOut,
    InvoicePage,
    NewInvoiceIn,
    Part,
    PaymentIn,
    ReopenIn,
    VoidIn,
    invoice_out,
)
from crm.models import Invoice
from crm.models.invoice import UNPAID, InvoiceQuerySet
from crm.pagination import Order, order_of, page
from crm.results import Result

router = Router(tags=["Invoices"])
READ, WRITE = Token("records:read", "invoices.view"), Token("records:write", "invoices.edit")
ORDERS = {"issued_on": ("issued_on",), "due_on": ("due_on",), "updated_at": ("updated_at",)}
NEWEST = Order("invoices", (), descending=True)


@router.get("/invoices", auth=READ, response=InvoicePage)
def list_invoices(request: HttpRequest, wanted: Query[InvoiceFilter]) -> dict[str, Any]:
    """The invoices that you may see."""
    today = today_here(timezone.now())
    exact = {
        "contact": wanted.contact,
        "deal": wanted.deal,
        "contact__owner": wanted.owner,
        "number": wanted.number or None,
        "currency": wanted.currency and wanted.currency.upper(),
        "due_on__lt": wanted.due_before,
        "due_on__gt": wanted.due_after,
        "updated_at__gt": wanted.updated_after,
        "state__in": wanted.state or None,
    }
    rows = invoices_for(caller(request)).filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.overdue:
        rows = rows.filter(state__in=UNPAID, due_on__lt=today)
    order = order_of(wanted.sort, ORDERS)
    items, after = page(rows.prefetch_related("payments"), order, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [invoice_out(one, today) for one in items], "next": after}


@router.post("/invoices", auth=WRITE, response={201: InvoiceOut})
def create_invoice(request: HttpRequest, body: NewInvoiceIn) -> Status[dict[str, Any]]:
    """Issue an invoice."""
    if not contacts_for(caller(request)).filter(pk=body.contact).exists():
        raise invalid([("contact", "There is no contact with this number.")])
    return _made(request, body, body.contact)


@router.get("/contacts/{int:contact_id}/invoices", auth=READ, response=InvoicePage)
def contact_invoices(request: HttpRequest, contact_id: Id, wanted: Query[Part]) -> dict[str, Any]:
    """The contact's invoices, newest first."""
    _contact(request, contact_id)
    rows = invoices_for(caller(request)).filter(contact=contact_id).prefetch_related("payments")
    items, after = page(rows, NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    today = today_here(timezone.now())
    return {"items": [invoice_out(one, today) for one in items], "next": after}


@router.post("/contacts/{int:contact_id}/invoices", auth=WRITE, response={201: InvoiceOut})
def create_contact_invoice(request: HttpRequest, contact_id: Id, body: ContactInvoiceIn) -> Status[dict[str, Any]]:
    """Issue an invoice to this contact."""
    _contact(request, contact_id)
    return _made(request, body, contact_id)


@router.get("/invoices/{int:invoice_id}", auth=READ, response=InvoiceOut)
def get_invoice(request: HttpRequest, invoice_id: Id) -> dict[str, Any]:
    """One invoice with its payments."""
    return _shown(request, invoice_id)


@router.patch("/invoices/{int:invoice_id}", auth=WRITE, response=InvoiceOut)
def change_one_invoice(request: HttpRequest, invoice_id: Id, body: InvoiceChange) -> dict[str, Any]:
    """Change the fields that are sent while it is unpaid; the notes at any time."""
    rows = _one(request, invoice_id)
    changes = given(body)
    refuse_null(changes, ("deal",))
    _check_deal(request, changes.get("deal"))
    if "deal" in changes:
        changes["deal_id"] = changes.pop("deal")
    try:
        result = issuing.change(rows, changes=changes, by=caller(request), now=timezone.now(), version=body.version)
    except BadInvoice as problem:
        raise invalid([(problem.field, str(problem))]) from None
    return _answer(request, invoice_id, result)


@router.post("/invoices/{int:invoice_id}/payments", auth=WRITE, response={201: InvoiceOut, 200: InvoiceOut})
def note_payment(request: HttpRequest, invoice_id: Id, body: PaymentIn) -> Status[dict[str, Any]]:
    """Note what came; 200 where it was noted under this key before."""
    rows = _one(request, invoice_id)
    row = paying.NewPayment(invoice_id=invoice_id, **(body.model_dump() | {"currency": body.currency or ""}))
    noted = paying.note_payments([row], by=caller(request), now=timezone.now())
    if noted.refused:
        field, sentence = noted.refused[0]
        if not field:
            raise Problem(409, sentence, current=_shown(request, rows.get().pk))
        raise invalid([(field, sentence)])
    return Status(200 if noted.repeated else 201, _shown(request, invoice_id))


@router.post("/invoices/{int:invoice_id}/void", auth=WRITE, response=InvoiceOut)
def void_invoice(request: HttpRequest, invoice_id: Id, body: VoidIn) -> dict[str, Any]:
    """Make an unpaid invoice void."""
    try:
        result = voiding.void(
            _one(request, invoice_id), reason=body.reason, by=caller(request), now=timezone.now(), version=body.version
        )
    except BadInvoice as problem:
        raise invalid([(problem.field, str(problem))]) from None
    return _answer(request, invoice_id, result)


@router.post("/invoices/{int:invoice_id}/reopen", auth=WRITE, response=InvoiceOut)
def reopen_invoice(request: HttpRequest, invoice_id: Id, body: ReopenIn) -> dict[str, Any]:
    """Wait for the money of a void invoice again."""
    result = voiding.reopen(
        _one(request, invoice_id), reason=body.reason, by=caller(request), now=timezone.now(), version=body.version
    )
    return _answer(request, invoice_id, result)


def _made(request: HttpRequest, body: ContactInvoiceIn, contact_id: int) -> Status[dict[str, Any]]:
    _check_deal(request, body.deal)
    said = body.model_dump(exclude={"contact", "deal", "currency"})
    row = NewInvoice(contact_id=contact_id, deal_id=body.deal, currency=body.currency or "", **said)
    made = issuing.issue([row], by=caller(request), now=timezone.now())
    if made.refused:
        raise invalid(made.refused[0])
    return Status(201, _shown(request, made.ids[0]))


def _check_deal(request: HttpRequest, deal_id: int | None) -> None:
    if deal_id is not None and not deals_for(caller(request)).filter(pk=deal_id).exists():
        raise invalid([("deal", "There is no deal with this number.")])


def _answer(request: HttpRequest, invoice_id: int, result: Result) -> dict[str, Any]:
    """The invoice as it is now. Raises Problem 409 with it where the verb refused or somebody was first."""
    current = _shown(request, invoice_id)
    if result.stale:
        raise Problem(409, "Somebody changed this first. `current` is how it is now.", current=current)
    if result.refused:
        raise Problem(409, result.refused[invoice_id], current=current)
    return current


def _one(request: HttpRequest, invoice_id: int) -> InvoiceQuerySet:
    """The set of one invoice through the door. Raises Problem 404."""
    rows = invoices_for(caller(request)).filter(pk=invoice_id)
    if not rows.exists():
        raise not_found("invoice")
    return rows


def _shown(request: HttpRequest, invoice_id: int) -> dict[str, Any]:
    invoice: Invoice = _one(request, invoice_id).prefetch_related("payments").get()
    return invoice_out(invoice, today_here(timezone.now()))


def _contact(request: HttpRequest, contact_id: int) -> None:
    if not contacts_for(caller(request)).filter(pk=contact_id).exists():
        raise not_found("contact")
