"""Making invoices void, and opening void ones again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.invoices.issuing import BadInvoice, today_here
from crm.invoices.standing import VOID, look_on, refusal, state_after
from crm.invoices.telling import tell
from crm.models import Invoice, User
from crm.results import Result
from crm.undo import remember

VOIDED = "invoices_voided"
_reason = clean_text("The reason", 300)


def void(
    invoices: QuerySet[Invoice], *, reason: str, by: User | None, now: datetime, version: int | None = None
) -> Result:
    """Make unpaid invoices void; their numbers stay taken. Raises BadInvoice without a reason."""
    try:
        reason = _reason(reason, "")
    except BadValue as problem:
        raise BadInvoice(str(problem), "reason") from None
    if not reason:
        raise BadInvoice("Say why it is void.", "reason")
    result = Result()
    with transaction.atomic():
        good = []
        for one in invoices.order_by("pk").select_for_update(of=("self",)):
            if version is not None and one.version != version:
                result.stale.append(one.pk)
            elif why := refusal("void", one.state, paid=bool(one.paid)):
                result.refused[one.pk] = why
            else:
                one.state = VOID
                good.append(one)
        result.done = [one.pk for one in good]
        Invoice.objects.filter(pk__in=result.done).update(
            state=VOID, void_reason=reason, look_on=None, version=F("version") + 1, updated_at=now
        )
        tell([("invoice_voided", one, {"reason": reason}) for one in good], by=by, now=now)
        if by and good:
            label = f"Made invoice {good[0].number} void" if len(good) == 1 else f"Made {len(good)} invoices void"
            payload = {"versions": {one.pk: one.version + 1 for one in good}}
            result.undo_id = remember(user=by, label=label, kind=VOIDED, payload=payload, now=now)
    return result


def reopen(
    invoices: QuerySet[Invoice], *, by: User | None, now: datetime, reason: str = "", version: int | None = None
) -> Result:
    """Wait for the money of void invoices again; one whose due day has passed is news once more."""
    result, today = Result(), today_here(now)
    with transaction.atomic():
        good = []
        for one in invoices.order_by("pk").select_for_update(of=("self",)):
            if version is not None and one.version != version:
                result.stale.append(one.pk)
            elif why := refusal("reopen", one.state):
                result.refused[one.pk] = why
            else:
                one.state = state_after(one.amount, one.paid)
                one.look_on = look_on(one.state, one.due_on, told=False, today=today)
                Invoice.objects.filter(pk=one.pk).update(
                    state=one.state, void_reason="", look_on=one.look_on, version=F("version") + 1, updated_at=now
                )
                good.append(one)
        result.done = [one.pk for one in good]
        tell([("invoice_reopened", one, {"reason": reason}) for one in good], by=by, now=now)
    return result
