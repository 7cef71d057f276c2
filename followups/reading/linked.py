"""The records that follow-ups wait for: a deal, a document, an invoice, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.access import deals_for, documents_for, invoices_for
from crm.models import User
from followups.reading.rows import Row


@dataclass(frozen=True, slots=True)
class Linked:
    """One record as a link: its kind and name in words, and its page."""

    icon: str
    label: str
    name: str
    href: str


def add_linked(user: User, rows: Sequence[Row]) -> None:
    """Put into each row under `linked` what it waits for; one query for each kind that any row names."""
    deals = _ids(rows, "deal_id") if user.can("deals.view") else set()
    documents = _ids(rows, "document_id") if user.can("documents.view") else set()
    invoices = _ids(rows, "invoice_id") if user.can("invoices.view") else set()
    found: dict[tuple[str, int], Linked] = {}
    if deals:
        for pk, name in deals_for(user).filter(pk__in=deals).values_list("pk", "name"):
            found["deal_id", pk] = Linked("handshake", "Deal", name, f"/deals/{pk}/")
    if documents:
        for pk, name, contact in documents_for(user).filter(pk__in=documents).values_list("pk", "name", "contact_id"):
            found["document_id", pk] = Linked(
                "file-text", "Document", name, f"/contacts/{contact}/documents/#document-{pk}"
            )
    if invoices:
        for pk, number in invoices_for(user).filter(pk__in=invoices).values_list("pk", "number"):
            found["invoice_id", pk] = Linked("receipt", "Invoice", number, f"/invoices/{pk}/")
    for row in rows:
        keys = [(column, row[column]) for column in ("deal_id", "document_id", "invoice_id")]
        row["linked"] = [found[key] for key in keys if key in found]


def _ids(rows: Iterable[Row], column: str) -> set[int]:
    return {row[column] for row in rows if row[column]}
