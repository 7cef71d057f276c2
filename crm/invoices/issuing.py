"""Issuing invoices, and changing them while they are unpaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.invoices.standing import PAID, look_on, refusal, state_after
from crm.invoices.telling import tell
from crm.models import Contact, Deal, Invoice, Organisation, User
from crm.money import BadMoney, clean_currency, read_amount, rounded, show
from crm.results import Result
from crm.undo import remember
from crm.zones import local_day

#: Days to pay in where nobody says otherwise.
DAYS_TO_PAY = 14
FIRST_YEAR, LAST_YEAR = 1970, 9000
LONGEST_NOTES = 10_000
ISSUE, CHANGE = "invoices_issued", "invoices_changed"

_number = clean_text("The number", 60)
#: What may be changed, with its word on the timeline.
CHANGEABLE = {
    "number": "number",
    "amount": "amount",
    "currency": "currency",
    "issued_on": "day of issue",
    "due_on": "due day",
    "deal_id": "deal",
    "notes": "notes",
}


class BadInvoice(ValueError):
    """What was asked makes no invoice; the text is a sentence about the `field`."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(slots=True, kw_only=True)
class NewInvoice:
    """As typed. Without a number it gets the next free one, without a currency the organisation's, without days
    today and a fortnight later."""

    contact_id: int
    amount: object
    currency: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    number: str = ""
    deal_id: int | None = None
    notes: str = ""


@dataclass(slots=True)
class Issued:
    """`ids` in the order of the rows that were stored; `refused` by position: field -> sentence."""

    ids: list[int] = field(default_factory=list)
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    undo_id: int | None = None


def today_here(now: datetime, organisation: Organisation | None = None) -> date:
    """The calendar day of the organisation."""
    return local_day(now, (organisation or Organisation.objects.current()).time_zone)


def issue(rows: Sequence[NewInvoice], *, by: User | None, now: datetime) -> Issued:
    """Store invoices with one event each. A row that breaks a rule is named and left out; the others are stored."""
    from crm.invoices.numbering import next_numbers

    organisation = Organisation.objects.current()
    today = today_here(now, organisation)
    made = Issued()
    good: list[Invoice] = []
    places: list[int] = []
    contacts = set(Contact.objects.alive().filter(pk__in={row.contact_id for row in rows}).values_list("pk", flat=True))
    deals = dict(
        Deal.objects.filter(pk__in={row.deal_id for row in rows if row.deal_id}).values_list("pk", "contact_id")
    )
    for place, row in enumerate(rows):
        try:
            if row.contact_id not in contacts:
                raise BadInvoice("There is no such contact.", "contact")
            _check_deal(row.deal_id, row.contact_id, deals)
            good.append(_invoice(row, organisation.currency, today, by, now))
            places.append(place)
        except BadInvoice as problem:
            made.refused[place] = {problem.field: str(problem)}
    try:
        with transaction.atomic():
            unnumbered = [one for one in good if not one.number]
            for one, number in zip(unnumbered, next_numbers(one.issued_on for one in unnumbered), strict=True):
                one.number = number
            fresh = _without_doubles(good, places, made)
            stored = Invoice.objects.bulk_create(fresh)
            tell([("invoice_issued", one, {}) for one in stored], by=by, now=now)
            made.ids = [one.pk for one in stored]
            if by and stored:
                label = f"Issued invoice {stored[0].number}" if len(stored) == 1 else f"Issued {len(stored):,} invoices"
                made.undo_id = remember(user=by, label=label, kind=ISSUE, payload={"ids": made.ids}, now=now)
    except IntegrityError:  # somebody stored the same number between our look and our write
        return issue(rows, by=by, now=now)
    return made


def _invoice(row: NewInvoice, home: str, today: date, by: User | None, now: datetime) -> Invoice:
    issued_on = _day(row.issued_on or today, "issued_on")
    due_on = _day(row.due_on or issued_on + timedelta(days=DAYS_TO_PAY), "due_on")
    if due_on < issued_on:
        raise BadInvoice("It cannot be due before it is issued.", "due_on")
    amount, currency = _amount(row.amount, row.currency or home)
    return Invoice(
        contact_id=row.contact_id,
        deal_id=row.deal_id,
        number=_clean_number(row.number),
        amount=amount,
        currency=currency,
        issued_on=issued_on,
        due_on=due_on,
        notes=_notes(row.notes),
        created_by=by,
        look_on=look_on("issued", due_on, told=False, today=today),
        created_at=now,
        updated_at=now,
    )


def _clean_number(said: object) -> str:
    try:
        return _number(said, "")
    except BadValue as problem:
        raise BadInvoice(str(problem), "number") from None


def _without_doubles(good: list[Invoice], places: list[int], made: Issued) -> list[Invoice]:
    """Leave out those whose number is taken."""
    taken = set(
        Invoice.objects.alive().filter(number__in=[one.number for one in good]).values_list("number", flat=True)
    )
    fresh = []
    for place, one in zip(places, good, strict=True):
        if one.number in taken:
            made.refused[place] = {"number": f"There is an invoice {one.number} already."}
            continue
        taken.add(one.number)
        fresh.append(one)
    return fresh


def change(
    invoices: QuerySet[Invoice],
    *,
    changes: Mapping[str, Any],
    by: User | None,
    now: datetime,
    version: int | None = None,
    undoable: bool = True,
) -> Result:
    """Change unpaid invoices; notes of any. Raises BadInvoice for what no invoice can have, KeyError for a field that
    does not exist; refuses what does not fit one of them. A new due day that lies ahead arms the word that it is
    overdue anew."""
    if unknown := set(changes) - set(CHANGEABLE):
        raise KeyError(*sorted(unknown))
    result, today = Result(), today_here(now)
    before: dict[str, dict[str, Any]] = {}
    happened: list[tuple[str, Invoice, dict[str, Any]]] = []
    try:
        with transaction.atomic():
            for invoice in invoices.order_by("pk").select_for_update(of=("self",)):
                if version is not None and invoice.version != version:
                    result.stale.append(invoice.pk)
                    continue
                fresh = _changed(invoice, changes)
                if set(fresh) - {"notes"} and (why := refusal("change", invoice.state)):
                    result.refused[invoice.pk] = why
                    continue
                if why := _unfitting(invoice, fresh):
                    result.refused[invoice.pk] = why
                    continue
                if fresh:
                    before[str(invoice.pk)] = {name: _plain(getattr(invoice, name)) for name in fresh}
                    happened += _write(invoice, fresh, today, now)
                    result.done.append(invoice.pk)
            tell(happened, by=by, now=now)
            if by and before and undoable:
                versions = dict(Invoice.objects.filter(pk__in=before).values_list("pk", "version"))
                payload = {"before": before, "versions": versions}
                result.undo_id = remember(user=by, label="Changed an invoice", kind=CHANGE, payload=payload, now=now)
    except IntegrityError:
        raise BadInvoice(f"There is an invoice {changes.get('number')} already.", "number") from None
    return result


def _changed(invoice: Invoice, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, cleaned. Raises BadInvoice."""
    fresh = dict(changes)
    if "number" in fresh and not (number := _clean_number(fresh["number"])):
        raise BadInvoice("An invoice needs its number.", "number")
    if "number" in fresh:
        fresh["number"] = number
    if "amount" in fresh or "currency" in fresh:
        said = fresh.get("amount", rounded(invoice.amount, invoice.currency))
        fresh["amount"], fresh["currency"] = _amount(said, fresh.get("currency") or invoice.currency)
    for name in ("issued_on", "due_on"):
        if name in fresh:
            fresh[name] = _day(fresh[name], name)
    if fresh.get("due_on", invoice.due_on) < fresh.get("issued_on", invoice.issued_on):
        raise BadInvoice("It cannot be due before it is issued.", "due_on")
    if "notes" in fresh:
        fresh["notes"] = _notes(fresh["notes"])
    if fresh.get("deal_id"):
        known = dict(Deal.objects.filter(pk=fresh["deal_id"]).values_list("pk", "contact_id"))
        _check_deal(fresh["deal_id"], invoice.contact_id, known)
    return {name: value for name, value in fresh.items() if getattr(invoice, name) != value}


def _unfitting(invoice: Invoice, fresh: Mapping[str, Any]) -> str:
    paid = show(invoice.paid, invoice.currency)
    if "currency" in fresh and invoice.paid:
        return f"{paid} is paid of it already, so it stays in {invoice.currency}: an amount has one currency."
    if "amount" in fresh and fresh["amount"] < invoice.paid:
        return f"{paid} is paid of it already; it cannot be less than that."
    return ""


def _write(
    invoice: Invoice, fresh: dict[str, Any], today: date, now: datetime
) -> list[tuple[str, Invoice, dict[str, Any]]]:
    was_told = invoice.look_on is None
    for name, value in fresh.items():
        setattr(invoice, name, value)
    if invoice.state in ("issued", "part_paid"):
        invoice.state = state_after(invoice.amount, invoice.paid)
    settled = invoice.state == PAID and "amount" in fresh
    if "due_on" in fresh or settled:
        invoice.look_on = look_on(invoice.state, invoice.due_on, told=was_told, today=today)
    Invoice.objects.filter(pk=invoice.pk).update(
        **fresh,
        state=invoice.state,
        look_on=invoice.look_on,
        **({"paid_at": now} if settled else {}),
        version=F("version") + 1,
        updated_at=now,
    )
    words = ", ".join(CHANGEABLE[name] for name in CHANGEABLE if name in fresh)
    told: list[tuple[str, Invoice, dict[str, Any]]] = [("invoice_changed", invoice, {"fields": words})]
    return [*told, ("invoice_paid", invoice, {})] if settled else told


def _amount(said: object, currency: str) -> tuple[Decimal, str]:
    try:
        code = clean_currency(currency)
    except BadMoney as problem:
        raise BadInvoice(str(problem), "currency") from None
    try:
        amount = read_amount(said, code)
    except BadMoney as problem:
        raise BadInvoice(str(problem), "amount") from None
    if amount <= 0:
        raise BadInvoice("An invoice asks for more than nothing.", "amount")
    return amount, code


def _day(day: date, name: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInvoice(f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.", name)
    return day


def _notes(text: str) -> str:
    text = text.replace("\0", "").strip()
    if len(text) > LONGEST_NOTES:
        raise BadInvoice(f"Notes have at most {LONGEST_NOTES:,} characters; these have {len(text):,}.", "notes")
    return text


def _check_deal(deal_id: int | None, contact_id: int, known: Mapping[int, int | None]) -> None:
    if deal_id is not None and (deal_id not in known or known[deal_id] != contact_id):
        raise BadInvoice("This deal is not one of the contact's.", "deal")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
