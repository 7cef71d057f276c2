"""An invoice was issued, or is overdue."""

from __future__ import annotations

from typing import ClassVar, Literal

from automation.triggers.shape import Trigger


class InvoiceIssued(Trigger):
    """With its first issue; the person is in for this invoice."""

    kind: Literal["invoice_issued"] = "invoice_issued"

    title: ClassVar[str] = "Invoice issued"
    icon: ClassVar[str] = "receipt"
    group: ClassVar[str] = "record"

    def kinds(self) -> frozenset[str]:
        return frozenset({"invoice_issued"})


class InvoiceOverdue(Trigger):
    """On the morning after the day on which it was due."""

    kind: Literal["invoice_overdue"] = "invoice_overdue"

    title: ClassVar[str] = "Invoice overdue"
    icon: ClassVar[str] = "circle-alert"
    group: ClassVar[str] = "record"

    def kinds(self) -> frozenset[str]:
        return frozenset({"invoice_overdue"})
