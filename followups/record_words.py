"""The words of records for merge fields: a deal's amount, a document's last day, an invoice's number, own fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from crm.custom_values import show_value
from crm.models import Contact, CustomField, Deal, Document, Invoice
from crm.money import show
from followups.merge_fields import CUSTOM, mentions

if TYPE_CHECKING:
    from followups.creating import NewFollowUp

#: Field -> what it says, for one follow-up.
Words = dict[str, str]


def record_words(new: Sequence[NewFollowUp]) -> Callable[[NewFollowUp], Words]:
    """Look up what the records of these follow-ups are called: a query per kind of record, and none for a kind that no
    field names."""
    deals = _deals(_ids(new, "deal"))
    documents = _documents(_ids(new, "document"))
    invoices = _invoices(_ids(new, "invoice"))
    own = _own_fields([one.contact_id for one in new if _names(one, CUSTOM) and one.contact_id is not None])

    def words(one: NewFollowUp) -> Words:
        return (
            deals.get(one.deal_id or 0, {})
            | documents.get(one.document_id or 0, {})
            | invoices.get(one.invoice_id or 0, {})
            | own.get(one.contact_id or 0, {})
        )

    return words


def day_words(day: date | None) -> str:
    """ "20 Nov 2026", empty for none."""
    return f"{day.day} {day:%b %Y}" if day else ""


def _names(one: NewFollowUp, group: str) -> bool:
    return mentions(one.subject, group) or mentions(one.description, group)


def _ids(new: Sequence[NewFollowUp], name: str) -> set[int]:
    return {pk for one in new if (pk := getattr(one, f"{name}_id")) and _names(one, f"{name}.")}


def _deals(ids: set[int]) -> dict[int, Words]:
    if not ids:
        return {}
    rows = Deal.objects.filter(pk__in=ids).values_list("pk", "name", "amount", "currency", "stage__name")
    return {
        pk: {
            "deal.name": name,
            "deal.amount": show(amount, currency) if amount is not None else "",
            "deal.stage": stage,
        }
        for pk, name, amount, currency, stage in rows
    }


def _documents(ids: set[int]) -> dict[int, Words]:
    if not ids:
        return {}
    rows = Document.objects.filter(pk__in=ids).values_list("pk", "name", "expires_on")
    return {pk: {"document.name": name, "document.expires_on": day_words(until)} for pk, name, until in rows}


def _invoices(ids: set[int]) -> dict[int, Words]:
    if not ids:
        return {}
    rows = Invoice.objects.filter(pk__in=ids).values_list("pk", "number", "amount", "currency", "due_on")
    return {
        pk: {
            "invoice.number": number,
            "invoice.amount": show(amount, currency),
            "invoice.due_on": day_words(due_on),
        }
        for pk, number, amount, currency, due_on in rows
    }


def _own_fields(contact_ids: Sequence[int]) -> dict[int, Words]:
    if not contact_ids:
        return {}
    kinds = dict(CustomField.objects.values_list("slug", "kind"))
    rows = Contact.objects.filter(pk__in=contact_ids).values_list("pk", "custom")
    return {
        pk: {f"{CUSTOM}{slug}": show_value(kinds.get(slug, "text"), value) for slug, value in (custom or {}).items()}
        for pk, custom in rows
    }
