"""What invoices register when the project starts."""

from __future__ import annotations

from crm.audit import Audited, register_audited
from crm.backlog import Backlog, register_backlogs
from crm.due import register_sweep
from crm.integrity import Check, register_checks
from crm.invoices.overdue import SWEEP
from crm.invoices.taking_back import register_undoers
from crm.models import Invoice


def register() -> None:
    """Make the undo, the sweep, the audit trail and the checks of invoices known."""
    register_undoers()
    register_sweep(SWEEP)
    register_audited("invoice", Audited("Invoice", Invoice, lambda row: str(row.number), "/invoices/{}/"))
    register_backlogs(
        Backlog(
            "invoices",
            "Invoices that became overdue",
            "SELECT look_on::timestamptz AS at FROM crm_invoice WHERE deleted_at IS NULL"
            " AND look_on <= (SELECT crm_organisation_day(%(now)s))",
        )
    )
    register_checks(
        Check(
            "invoices_paid_off",
            "invoices whose sum paid is not that of their payments, or does not fit their state",
            "SELECT count(*) FROM crm_invoice i WHERE deleted_at IS NULL AND (i.paid IS DISTINCT FROM"
            " (SELECT coalesce(sum(p.amount), 0) FROM crm_payment p WHERE p.invoice_id = i.id)"
            " OR (state <> 'void' AND state IS DISTINCT FROM CASE WHEN i.paid >= i.amount THEN 'paid'"
            " WHEN i.paid > 0 THEN 'part_paid' ELSE 'issued' END))",
        )
    )
