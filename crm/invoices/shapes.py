"""Invoices as the API shows and takes them. Days are calendar days of the organisation, amounts decimals as text, so that no digit is lost."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from crm.api.shapes import Body, Cursor, Id, Limit, Moment, Version
from crm.invoices.standing import days_overdue
from crm.models import Invoice, Payment
from crm.money import rounded

#: A number, or a text like "1,204.50"; the verb reads both.
Amount = Annotated[
    Decimal | Annotated[str, Field(max_length=40)], Field(description="In the invoice's currency, with its decimals")
]
Code = Annotated[str, Field(min_length=3, max_length=3, description="ISO 4217")]
StateName = Literal["issued", "part_paid", "paid", "void"]


class PaymentOut(Schema):
    id: int
    amount: Decimal = Field(description="Negative: given back")
    paid_on: date
    method: str
    note: str
    key: str
    recorded_by: int | None
    recorded_at: datetime


class InvoiceOut(Schema):
    id: int
    contact: int
    deal: int | None
    number: str
    amount: Decimal
    paid: Decimal
    open: Decimal
    currency: str
    issued_on: date
    due_on: date
    state: StateName
    days_overdue: int = Field(description="0 where it is not overdue")
    paid_at: datetime | None
    void_reason: str
    notes: str
    payments: list[PaymentOut]
    version: int
    created_at: datetime
    updated_at: datetime


class InvoicePage(Schema):
    items: list[InvoiceOut]
    next: str | None


class ContactInvoiceIn(Body):
    amount: Amount
    currency: Code | None = Field(None, description="Left out: the organisation's")
    issued_on: date | None = Field(None, description="Left out: today")
    due_on: date | None = Field(None, description="Left out: a fortnight after it is issued")
    number: str = Field("", max_length=60, description="Left out: the next free one of its year")
    deal: Id | None = None
    notes: str = Field("", max_length=10_000)


class NewInvoiceIn(ContactInvoiceIn):
    contact: Id


class InvoiceChange(Body):
    amount: Amount | None = None
    currency: Code | None = None
    issued_on: date | None = None
    due_on: date | None = None
    number: str | None = Field(None, max_length=60)
    deal: Id | None = None
    notes: str | None = Field(None, max_length=10_000)
    version: Version | None = None


class PaymentIn(Body):
    amount: Amount | None = Field(None, description="Left out: all that is open. Negative: given back")
    currency: Code | None = Field(None, description="Refused unless it is the invoice's")
    paid_on: date | None = Field(None, description="Left out: today")
    method: str = Field("", max_length=60)
    note: str = Field("", max_length=300)
    key: str = Field("", max_length=200, description="The same key notes the payment once, however often it is sent")


class VoidIn(Body):
    reason: str = Field(min_length=1, max_length=300)
    version: Version | None = None


class ReopenIn(Body):
    reason: str = Field("", max_length=300)
    version: Version | None = None


class Part(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


class InvoiceFilter(Part):
    contact: Id | None = None
    deal: Id | None = None
    owner: Id | None = Field(None, description="Who owns the contact")
    state: list[StateName] = []
    overdue: bool = Field(False, description="Only those whose due day is over and that are not paid")
    number: str = Field("", max_length=60)
    currency: Code | None = None
    due_before: date | None = None
    due_after: date | None = None
    updated_after: Moment | None = None
    sort: str = Field(
        "-issued_on", max_length=40, description="issued_on, due_on, updated_at; - before it turns it round"
    )


def payment_out(payment: Payment, currency: str) -> dict[str, Any]:
    plain = {name: getattr(payment, name) for name in ("paid_on", "method", "note", "key", "recorded_at")}
    return plain | {
        "id": payment.pk,
        "amount": rounded(payment.amount, currency),
        "recorded_by": payment.recorded_by_id,
    }


_PLAIN = (
    "number", "currency", "issued_on", "due_on", "state", "paid_at", "void_reason", "notes", "version", "created_at",
    "updated_at",
)  # fmt: skip


def invoice_out(invoice: Invoice, today: date) -> dict[str, Any]:
    """The invoice with its payments, which are best prefetched."""
    plain = {name: getattr(invoice, name) for name in _PLAIN}
    amounts = {"amount": invoice.amount, "paid": invoice.paid, "open": invoice.open_amount}
    return (
        plain
        | {name: rounded(value, invoice.currency) for name, value in amounts.items()}
        | {
            "id": invoice.pk,
            "contact": invoice.contact_id,
            "deal": invoice.deal_id,
            "days_overdue": days_overdue(invoice.state, invoice.due_on, today),
            "payments": [payment_out(one, invoice.currency) for one in invoice.payments.all()],
        }
    )
