"""Invoices out of the house as CSV or XLSX, row by row, with formulas made harmless."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from crm.exporting import CHUNK, neutral
from crm.invoices.listing import COLUMNS, dress
from crm.models import InvoiceState
from crm.models.invoice import InvoiceQuerySet
from crm.money import rounded

HEADINGS = [
    "Number",
    "Contact number",
    "Contact",
    "Owner",
    "State",
    "Amount",
    "Paid",
    "Open",
    "Currency",
    "Issued on",
    "Due on",
    "Days overdue",
]


def export_rows(invoices: InvoiceQuerySet, today: date) -> Iterator[list[str]]:
    """Yield the headings and then one row an invoice, in the order of the set. Days are ISO, amounts plain numbers."""
    yield HEADINGS
    for row in invoices.values("id", *COLUMNS).iterator(chunk_size=CHUNK):
        dress(row, today)
        amounts = [str(rounded(row[name], row["currency"])) for name in ("amount", "paid", "open")]
        yield [
            neutral(row["number"]),
            str(row["contact_id"]),
            neutral(row["contact"]),
            neutral(row["owner"]),
            str(InvoiceState(row["state"]).label),
            *amounts,
            row["currency"],
            row["issued_on"].isoformat(),
            row["due_on"].isoformat(),
            str(row["late"] or ""),
        ]
