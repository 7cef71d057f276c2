"""The daily word that an invoice is overdue: once for each time that it becomes so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.due import Sweep
from crm.invoices.issuing import today_here
from crm.invoices.standing import days_overdue
from crm.invoices.telling import tell
from crm.models import Invoice

BATCH = 500


def tell_overdue(now: datetime) -> int:
    """Write `invoice_overdue` for what the organisation's new day made so; returns how many were looked at.

    Rows that another worker holds are left to it. The mark and the event commit together.
    """
    today, total = today_here(now), 0
    while True:
        with transaction.atomic():
            rows = list(
                Invoice.objects.alive()
                .filter(look_on__lte=today)
                .order_by("look_on", "pk")
                .select_for_update(skip_locked=True)[:BATCH]
            )
            Invoice.objects.filter(pk__in=[one.pk for one in rows]).update(look_on=None)
            late = [(one, days_overdue(one.state, one.due_on, today)) for one in rows]
            tell([("invoice_overdue", one, {"days_late": days}) for one, days in late if days], by=None, now=now)
        total += len(rows)
        if len(rows) < BATCH:
            return total


SWEEP = Sweep(
    "invoices",
    "EXISTS (SELECT FROM crm_invoice WHERE deleted_at IS NULL AND look_on <= (SELECT crm_organisation_day(%(now)s)))",
    tell_overdue,
)
