"""Noting what was paid of invoices, and what was given back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from crm.contact_fields import BadValue, clean_text
from crm.invoices.issuing import BadInvoice, today_here
from crm.invoices.standing import PAID, look_on, payment_event, refusal, state_after
from crm.invoices.telling import tell
from crm.models import Invoice, Payment, User
from crm.money import BadMoney, clean_currency, read_amount, rounded, show
from crm.undo import remember

PAY = "invoices_paid"
_method, _note, _key = clean_text("The way of paying", 60), clean_text("The note", 300), clean_text("The key", 200)


@dataclass(slots=True, kw_only=True)
class NewPayment:
    """As typed. A negative amount is money given back; None pays what is open. An empty currency is the invoice's."""

    invoice_id: int
    amount: object = None
    currency: str = ""
    paid_on: date | None = None
    method: str = ""
    note: str = ""
    key: str = ""


@dataclass(slots=True)
class Noted:
    """Position -> id of the payment, stored now or (`repeated`) before under the same key. `refused` by position:
    (field, sentence)."""

    ids: dict[int, int] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    undo_id: int | None = None


def note_payments(rows: Sequence[NewPayment], *, by: User | None, now: datetime) -> Noted:
    """Store payments in their order, one event each. What is too much, in another currency or for a void invoice is
    refused; what was noted under its key before is not noted again."""
    noted, today = Noted(), today_here(now)
    made: list[Payment] = []
    happened: list[tuple[str, Invoice, dict[str, Any]]] = []
    try:
        with transaction.atomic():
            invoices = {
                one.pk: one
                for one in Invoice.objects.alive()
                .filter(pk__in={row.invoice_id for row in rows})
                .order_by("pk")
                .select_for_update()
            }
            known = {one.key: one for one in Payment.objects.filter(key__in={row.key for row in rows} - {""})}
            for place, row in enumerate(rows):
                invoice = invoices.get(row.invoice_id)
                try:
                    if invoice is None:
                        raise BadInvoice("There is no such invoice.", "invoice")
                    if before := known.get(row.key):
                        noted.ids[place] = _same(before, row, invoice)
                        noted.repeated.add(place)
                        continue
                    payment = _payment(row, invoice, today, by, now)
                except BadInvoice as problem:
                    noted.refused[place] = (problem.field, str(problem))
                    continue
                payment.save(force_insert=True)
                known |= {payment.key: payment} if payment.key else {}
                noted.ids[place] = payment.pk
                made.append(payment)
                happened.append(_apply(payment, invoice, today, now))
            _store({payment.invoice_id: invoices[payment.invoice_id] for payment in made}.values(), now)
            tell(happened, by=by, now=now)
            if by and made:
                versions = {one.pk: one.version + 1 for one in invoices.values()}
                payload = {"ids": [one.pk for one in made], "versions": versions}
                noted.undo_id = remember(user=by, label="Noted a payment", kind=PAY, payload=payload, now=now)
    except IntegrityError:  # somebody used the same key between our look and our write
        return note_payments(rows, by=by, now=now)
    return noted


def _same(before: Payment, row: NewPayment, invoice: Invoice) -> int:
    """The payment that this one repeats. Raises BadInvoice where the key stands for another."""
    try:
        amount = before.amount if row.amount is None else read_amount(row.amount, invoice.currency)
    except BadMoney as problem:
        raise BadInvoice(str(problem), "amount") from None
    if before.invoice_id != invoice.pk or before.amount != amount:
        raise BadInvoice("This key was used for another payment.", "key")
    return before.pk


def _payment(row: NewPayment, invoice: Invoice, today: date, by: User | None, now: datetime) -> Payment:
    """The payment, checked against the invoice as it stands. Raises BadInvoice."""
    if why := refusal("pay", invoice.state):
        raise BadInvoice(why)
    amount = _amount(row, invoice)
    paid_on = row.paid_on or today
    if paid_on > today + timedelta(days=1) or paid_on.year < 1970:
        raise BadInvoice("A payment is noted once it came: its day cannot lie ahead.", "paid_on")
    try:
        texts = {"method": _method(row.method, ""), "note": _note(row.note, ""), "key": _key(row.key, "")}
    except BadValue as problem:
        raise BadInvoice(str(problem), "note") from None
    return Payment(invoice=invoice, amount=amount, paid_on=paid_on, recorded_by=by, recorded_at=now, **texts)


def _amount(row: NewPayment, invoice: Invoice) -> Decimal:
    home, still = invoice.currency, invoice.open_amount
    try:
        currency = clean_currency(row.currency) if row.currency else home
        if currency != home:
            raise BadInvoice(
                f"Invoice {invoice.number} is in {home}; a payment in {currency} cannot be set against it. An amount has "
                f"one currency: note what it came to in {home}.",
                "currency",
            )
        amount = still if row.amount is None else read_amount(row.amount, home)
    except BadMoney as problem:
        raise BadInvoice(str(problem), "amount") from None
    if amount > 0 and not still:
        raise BadInvoice("It is paid already.", "amount")
    if amount == 0:
        raise BadInvoice("Nothing was paid: leave it out.", "amount")
    if amount > still:
        raise BadInvoice(f"{show(still, home)} is open; {show(amount, home)} is more than that.", "amount")
    if -amount > invoice.paid:
        raise BadInvoice(f"{show(invoice.paid, home)} came in so far; no more can be given back.", "amount")
    return amount


def _apply(payment: Payment, invoice: Invoice, today: date, now: datetime) -> tuple[str, Invoice, dict[str, Any]]:
    """Move the invoice on in memory; returns what is to be told, with a copy of how it stands now."""
    before = invoice.state
    settle(invoice, invoice.paid + payment.amount, today=today, now=now)
    copy = Invoice(**{one.attname: getattr(invoice, one.attname) for one in Invoice._meta.concrete_fields})
    words = show(abs(payment.amount), invoice.currency)
    more = {
        "payment_id": payment.pk,
        "paid": str(rounded(payment.amount, invoice.currency)),
        "paid_words": words,
        "paid_on": payment.paid_on.isoformat(),
        "fields": f"{words} given back",
        "reason": f"{words} given back" if payment.amount < 0 else "",
    }
    return payment_event(before, invoice.state, payment.amount), copy, more


def settle(invoice: Invoice, paid: Decimal, *, today: date, now: datetime) -> None:
    """Set what is paid and everything that follows from it, in memory only."""
    was_paid, was_told = invoice.state == PAID, invoice.look_on is None
    invoice.paid = paid
    invoice.state = state_after(invoice.amount, paid)
    invoice.paid_at = None if invoice.state != PAID else invoice.paid_at or now
    # Money that was given back is waited for anew, and its being overdue is news again.
    invoice.look_on = look_on(invoice.state, invoice.due_on, told=was_told and not was_paid, today=today)


def _store(invoices: Iterable[Invoice], now: datetime) -> None:
    for one in invoices:
        Invoice.objects.filter(pk=one.pk).update(
            paid=one.paid,
            state=one.state,
            paid_at=one.paid_at,
            look_on=one.look_on,
            version=F("version") + 1,
            updated_at=now,
        )


def take_away(
    ids: Sequence[int], *, by: User | None, now: datetime, versions: dict[int, int]
) -> tuple[list[int], list[int]]:
    """Remove payments as if they had never been noted, where their invoice still has that version; returns the
    invoices changed and those left alone."""
    today = today_here(now)
    with transaction.atomic():
        payments = list(Payment.objects.filter(pk__in=ids))
        invoices = {
            one.pk: one
            for one in Invoice.objects.alive()
            .filter(pk__in={payment.invoice_id for payment in payments})
            .order_by("pk")
            .select_for_update()
        }
        good = {pk: one for pk, one in invoices.items() if versions.get(pk) == one.version}
        for payment in payments:
            if one := good.get(payment.invoice_id):
                settle(one, one.paid - payment.amount, today=today, now=now)
        Payment.objects.filter(pk__in=ids, invoice__in=list(good)).delete()
        _store(good.values(), now)
        happened: list[tuple[str, Invoice, dict[str, Any]]] = [
            (
                "invoice_paid" if one.state == PAID else "invoice_reopened",
                one,
                {"undone": True, "reason": "The payment was taken back"},
            )
            for one in good.values()
        ]
        tell(happened, by=by, now=now)
    return sorted(good), sorted(set(invoices) - set(good))
