"""Follow-ups that close themselves: the document has come, the invoice is paid (A9, A10, usecases.md no. 2).

How the document or the invoice stands by now decides, so an event heard twice or late does no harm. What somebody has
completed by hand stays completed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.html import escape

from crm.dispatching import Subscriber, subscribe
from crm.models import Document, Event, Invoice
from crm.models.document import DocumentState
from crm.models.invoice import InvoiceState
from crm.money import show
from followups.asking_again import ask_again
from followups.changing import changing
from followups.lifecycle import CANCELLED, COMPLETED
from followups.models import FollowUp
from followups.settling import call_off, settle, take_up_again, to_take_up

DOCUMENTS = frozenset({"document_received", "document_approved", "document_rejected", "document_withdrawn"})
INVOICES = frozenset({"invoice_paid", "invoice_part_paid", "invoice_voided", "invoice_reopened"})
HERE = (DocumentState.RECEIVED, DocumentState.APPROVED)

#: Follow-ups of this type wait until somebody has looked at what came, not until it is here.
REVIEW = "document_review"

#: How the key of a follow-up about a document's last day begins; the document and that day come next.
EXPIRY = "expiry:"

Row = Mapping[str, Any]


def register() -> None:
    """Listen to what arrives; called once at start-up."""
    subscribe(Subscriber("documents_arrived", DOCUMENTS, take_documents))
    subscribe(Subscriber("invoices_paid", INVOICES, take_payments))


def take_documents(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: end what waited for a document that is here or no longer needed; one that was rejected is asked for
    again."""
    documents = Document.objects.in_bulk({event.subject_id for event in events if event.subject_id})
    if not documents:
        return
    replaced = {one.replaces_id: one for one in documents.values() if one.replaces_id and _is_here(one)}
    settled, over = {}, {}
    for row in _waiting(document__in={*documents, *replaced}):
        document = documents.get(row["document_id"])
        if document is not None and document.deleted_at is not None:
            over[row["id"]] = f"{document.name} is no longer needed."
        elif (renewed := replaced.get(row["document_id"])) is not None:
            settled[row["id"]] = f"{renewed.name} was renewed."
        elif document is not None and (note := _here(document, row)):
            settled[row["id"]] = note
    settle(settled, now=now)
    call_off(over, now=now)
    rejected = {pk: one for pk, one in documents.items() if one.state == DocumentState.REJECTED and not one.deleted_at}
    _take_back(rejected, events, now)


def take_payments(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: end what waited for an invoice that is paid or void; say on it what was paid of one that is not."""
    invoices = Invoice.objects.in_bulk({event.subject_id for event in events if event.subject_id})
    if not invoices:
        return
    settled, over, partly = {}, {}, {}
    for row in _waiting(invoice__in=invoices):
        invoice = invoices[row["invoice_id"]]
        if invoice.deleted_at is not None or invoice.state == InvoiceState.VOID:
            over[row["id"]] = _void(invoice)
        elif invoice.state == InvoiceState.PAID:
            settled[row["id"]] = f"Invoice {invoice.number} was paid."
        elif invoice.state == InvoiceState.PART_PAID:
            partly[row["id"]] = (
                f"{row['description']}{_part(invoice)}" if _part(invoice) not in row["description"] else ""
            )
    settle(settled, now=now)
    call_off(over, now=now)
    _note({pk: text for pk, text in partly.items() if text}, now)
    again = {event.subject_id for event in events if event.kind == "invoice_reopened"}
    _unpaid_again({pk: one for pk, one in invoices.items() if pk in again}, now)


def _is_here(document: Document) -> bool:
    return document.deleted_at is None and document.state in HERE


def _here(document: Document, row: Row) -> str:
    """Why a follow-up that waits for the document is done, or "" where it is not."""
    if not _is_here(document):
        return ""
    if row["source_key"].startswith(EXPIRY):
        # It is about the day on which the document ends: only another day is an answer to that.
        of_this_day = row["source_key"].startswith(f"{EXPIRY}{document.pk}:{document.expires_on}:")
        return "" if of_this_day else f"{document.name} was renewed."
    if document.state == DocumentState.APPROVED:
        return f"{document.name} was approved."
    return "" if row["type__slug"] == REVIEW else f"{document.name} was received."


def _waiting(**which: Iterable[int] | Mapping[int, Any]) -> list[Row]:
    rows = FollowUp.objects.open().filter(**which).order_by("pk")
    return list(rows.values("id", "document_id", "invoice_id", "source_key", "type__slug", "description"))


def _take_back(rejected: Mapping[int, Document], events: Sequence[Event], now: datetime) -> None:
    """Put what closed itself when the document came back onto the list, or ask anew where nothing did."""
    if not rejected:
        return
    still_asked = set(
        FollowUp.objects.open()
        .filter(document__in=rejected)
        .exclude(Q(type__slug=REVIEW) | Q(source_key__startswith=EXPIRY))
        .values_list("document_id", flat=True)
    )
    closed: dict[int, list[Row]] = {pk: [] for pk in rejected if pk not in still_asked}
    rows = FollowUp.objects.alive().filter(document__in=closed, status=COMPLETED, completed_by=None)
    rows = rows.exclude(source_key__startswith=EXPIRY).exclude(type__slug=REVIEW)
    for row in rows.annotate(ended_at=Coalesce("completed_at", "created_at")).values(
        "id", "document_id", "due_by", "ended_at"
    ):
        closed[row["document_id"]].append(row)
    again = {
        pk: f"{rejected[document_id].name} was rejected: {rejected[document_id].reject_reason}"
        for document_id, theirs in closed.items()
        for pk in to_take_up(theirs, now)
    }
    take_up_again(again, now=now)
    last = {event.subject_id: event for event in events}
    ask_again([(rejected[pk], last[pk]) for pk, theirs in closed.items() if not theirs], now=now)


def _unpaid_again(invoices: Mapping[int, Invoice], now: datetime) -> None:
    """What ended with an invoice is to be done again when its money is waited for again."""
    waiting = {
        pk for pk, one in invoices.items() if one.deleted_at is None and one.state in ("issued", "part_paid")
    }  # fmt: skip
    if not waiting:
        return
    rows = FollowUp.objects.alive().filter(invoice__in=waiting, completed_by=None).order_by("pk")
    rows = rows.filter(Q(status=COMPLETED) | Q(status=CANCELLED, cancel_reason__startswith="Invoice "))
    ended: dict[int, list[Row]] = {pk: [] for pk in waiting}
    for row in rows.annotate(ended_at=Coalesce("completed_at", "cancelled_at")).values(
        "id", "invoice_id", "due_by", "ended_at", "status", "cancel_reason"
    ):
        # What somebody cancelled with words of their own stays so.
        number = invoices[row["invoice_id"]].number
        if row["status"] == COMPLETED or row["cancel_reason"].startswith(f"Invoice {number} is void"):
            ended[row["invoice_id"]].append(row)
    busy = {row["invoice_id"] for row in _waiting(invoice__in=waiting)}
    again = {
        pk: f"Invoice {invoices[invoice_id].number} is unpaid again."
        for invoice_id, theirs in ended.items()
        if invoice_id not in busy
        for pk in to_take_up(theirs, now)
    }
    take_up_again(again, now=now)


def _void(invoice: Invoice) -> str:
    why = f": {invoice.void_reason}" if invoice.void_reason else ""
    return f"Invoice {invoice.number} is void{why}"


def _part(invoice: Invoice) -> str:
    paid, whole = show(invoice.paid, invoice.currency), show(invoice.amount, invoice.currency)
    return (
        f"<p>{escape(f'{paid} of {whole} is paid; {show(invoice.open_amount, invoice.currency)} is still open.')}</p>"
    )


def _note(texts: Mapping[int, str], now: datetime) -> None:
    """Write the descriptions, by follow-up."""
    if not texts:
        return
    with changing("edit", FollowUp.objects.open().filter(pk__in=texts), by=None, now=now) as change:
        change.write(each={"description": [texts[row["id"]] for row in change.rows]})
        change.tell("followup_edited", fields="what is paid")
