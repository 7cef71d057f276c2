"""What the demo's follow-ups wait for: some hang on the deal, the document or the invoice that their client has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.models import Deal, Document, Invoice
from crm.models.deal import StageKind
from crm.models.document import MISSING
from crm.models.invoice import UNPAID
from followups.models import FollowUp, FollowUpSet, Occasion

#: Types of follow-up that are about documents, and about money.
PAPERS, MONEY = ("document_review", "application_status", "visa_status"), ("payment",)


def hang_on_records(most: int = 200) -> int:
    """Link open follow-ups to the records that they are about, as if sets had made them; returns how many.

    None is made: the sizes that were asked for stay exact.
    """
    sets = list(FollowUpSet.objects.filter(archived_at__isnull=True))
    by_stage = {one.stage_id: one.pk for one in sets if one.occasion == Occasion.STAGE_ENTERED}
    usual = {one.occasion: one.pk for one in sets if one.stage_id is None}
    bills = Invoice.objects.alive().filter(state__in=UNPAID).order_by("pk")
    papers = Document.objects.alive().filter(state__in=MISSING).order_by("pk")
    deals = Deal.objects.alive().filter(status=StageKind.OPEN, contact__isnull=False).order_by("pk")
    return (
        _link("invoice", bills[:most], MONEY, lambda one: usual.get(Occasion.INVOICE_ISSUED))
        + _link("document", papers[:most], PAPERS, lambda one: usual.get(Occasion.DOCUMENT_REQUESTED))
        + _link("deal", deals[:most], (), lambda one: by_stage.get(one.stage_id))
    )


def _link(kind: str, records: Iterable[Any], types: tuple[str, ...], set_of: Any) -> int:
    """One open follow-up of each record's client, of one of the types if any are named, that hangs on nothing yet."""
    by_contact = {record.contact_id: record for record in records}
    free = FollowUp.objects.open().filter(
        contact__in=by_contact, deal=None, document=None, invoice=None, speed_to_lead=False
    )
    if types:
        free = free.filter(type__slug__in=types)
    linked = 0
    for pk, contact_id in free.order_by("due_by", "pk").values_list("pk", "contact_id"):
        if (record := by_contact.pop(contact_id, None)) is not None:
            FollowUp.objects.filter(pk=pk).update(**{kind: record, "made_by_set": set_of(record)})
            linked += 1
    return linked
