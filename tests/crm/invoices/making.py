"""Invoices for tests, made by the product's own verbs."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.invoices.issuing import NewInvoice, issue
from crm.invoices.paying import NewPayment, note_payments
from crm.models import Contact, Event, Invoice, Organisation, User
from tests.factories import NOW

TODAY = date(2026, 3, 2)


def invoice(who: Contact, amount: object = "100", *, by: User | None = None, **fields: Any) -> Invoice:
    """Store an invoice of today, due in a fortnight."""
    made = issue([NewInvoice(contact_id=who.pk, amount=amount, **fields)], by=by, now=NOW)
    assert not made.refused, made.refused
    return Invoice.objects.get(pk=made.ids[0])


def pay(one: Invoice, amount: object = None, **fields: Any) -> str:
    """Note a payment; returns why it was refused, or ""."""
    now = fields.pop("now", NOW)
    noted = note_payments([NewPayment(invoice_id=one.pk, amount=amount, **fields)], by=fields.pop("by", None), now=now)
    one.refresh_from_db()
    return noted.refused[0][1] if noted.refused else ""


def only(one: Invoice) -> Any:
    """The set of one that a verb takes."""
    return Invoice.objects.filter(pk=one.pk)


def told(one: Invoice) -> list[str]:
    """The kinds of the invoice's events, in their order."""
    return list(
        Event.objects.filter(subject_kind="invoice", subject_id=one.pk).order_by("pk").values_list("kind", flat=True)
    )


def emptied() -> None:
    """Put back the one row that every test counts on, where a test before has emptied the tables."""
    Organisation.objects.get_or_create(pk=1)
