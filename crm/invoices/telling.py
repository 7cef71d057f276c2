"""The events of invoices: who did what, with the ids and words that timelines and rules need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crm.models import Invoice, User
from crm.money import rounded, show
from crm.timeline import Happening, record


def told(invoice: Invoice, **more: Any) -> dict[str, Any]:
    """The data of an event about this invoice; days are ISO, amounts decimals as text."""
    return {
        "invoice": invoice.number,
        "invoice_id": invoice.pk,
        "amount": str(rounded(invoice.amount, invoice.currency)),
        "currency": invoice.currency,
        "amount_words": show(invoice.amount, invoice.currency),
        "open_words": show(invoice.open_amount, invoice.currency),
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "state": invoice.state,
        "deal_id": invoice.deal_id,
        "reason": "",
        **more,
    }


def tell(happened: Iterable[tuple[str, Invoice, dict[str, Any]]], *, by: User | None, now: datetime) -> None:
    """Record one event for each (kind, invoice, further data). Call inside the transaction of the change."""
    record(
        [
            Happening(
                kind,
                invoice.contact_id,
                now,
                actor="person" if by else "system",
                user_id=by.pk if by else None,
                subject_kind="invoice",
                subject_id=invoice.pk,
                data=told(invoice, **more),
            )
            for kind, invoice, more in happened
        ],
        now=now,
    )
