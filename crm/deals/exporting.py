"""Deals out of the house, row by row, with formulas made harmless."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from crm.exporting import CHUNK, neutral
from crm.models import Deal

_COLUMNS: dict[str, str] = {
    "id": "Deal number",
    "name": "Deal",
    "contact_id": "Contact number",
    "contact__first_name": "First name",
    "contact__last_name": "Last name",
    "contact__organisation": "Organisation",
    "contact__email": "E-mail",
    "partner__name": "Partner",
    "pipeline__name": "Pipeline",
    "stage__name": "Stage",
    "status": "State",
    "amount": "Amount",
    "currency": "Currency",
    "probability": "Chance",
    "product__name": "Product",
    "opened_on": "Opened on",
    "expected_on": "Expected on",
    "owner__email": "Owner",
    "stage_since": "In the stage since",
    "closed_at": "Ended",
    "close_reason__label": "Reason",
    "close_note": "Note on the end",
    "notes": "Notes",
    "external_id": "External id",
    "created_at": "Added",
}


def export_rows(deals: QuerySet[Deal]) -> Iterator[list[str]]:
    """Yield the headings and then one row a deal, in the order of the set. Times are UTC."""
    yield list(_COLUMNS.values())
    for row in deals.values_list(*_COLUMNS).iterator(chunk_size=CHUNK):
        yield [neutral(_cell(value)) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
