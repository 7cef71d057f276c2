"""Taking back what was just done to invoices, where nobody has changed them since."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from crm.invoices.issuing import CHANGE, ISSUE, BadInvoice, change
from crm.invoices.paying import PAY, take_away
from crm.invoices.telling import tell
from crm.invoices.voiding import VOIDED, reopen
from crm.models import Invoice, User
from crm.undo import UndoResult, register_undoer

SINCE = "Somebody has changed this invoice since."


def unissue(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Take new invoices away; their numbers are free again."""
    with transaction.atomic():
        rows = list(Invoice.objects.alive().filter(pk__in=payload["ids"]).order_by("pk").select_for_update())
        good = [one for one in rows if one.version == 1 and not one.paid]
        Invoice.objects.filter(pk__in=[one.pk for one in good]).update(
            deleted_at=now, look_on=None, version=F("version") + 1, updated_at=now
        )
        said: dict[str, Any] = {"reason": "Taken back", "undone": True}
        tell([("invoice_voided", one, said) for one in good], by=by, now=now)
    return UndoResult([one.pk for one in good], {one.pk: SINCE for one in rows if one not in good})


def change_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Give each its values of before."""
    result = UndoResult()
    for pk, plain in payload["before"].items():
        values = {
            name: date.fromisoformat(value) if name.endswith("_on") else Decimal(value) if name == "amount" else value
            for name, value in plain.items()
        }
        try:
            done = change(
                Invoice.objects.alive().filter(pk=pk),
                changes=values,
                by=by,
                now=now,
                version=payload["versions"][pk],
                undoable=False,
            )
        except BadInvoice as problem:
            result.refused[int(pk)] = str(problem)
            continue
        result.done += done.done
        result.refused |= done.refused | dict.fromkeys(done.stale, SINCE)
    return result


def unpay(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Remove payments that were just noted."""
    versions = {int(pk): version for pk, version in payload["versions"].items()}
    done, left = take_away(payload["ids"], by=by, now=now, versions=versions)
    return UndoResult(done, dict.fromkeys(left, SINCE))


def unvoid(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Open again what was just made void."""
    result = UndoResult()
    for pk, version in payload["versions"].items():
        done = reopen(Invoice.objects.alive().filter(pk=pk), by=by, now=now, version=version)
        result.done += done.done
        result.refused |= done.refused | dict.fromkeys(done.stale, SINCE)
    return result


def register_undoers() -> None:
    """Make the four known; called at start-up."""
    register_undoer(ISSUE, unissue)
    register_undoer(CHANGE, change_back)
    register_undoer(PAY, unpay)
    register_undoer(VOIDED, unvoid)
