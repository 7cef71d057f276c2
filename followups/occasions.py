"""Sets that make themselves: a deal enters a stage, a document is asked for, an invoice is issued, somebody becomes a
client (B9). What a record is by now decides, whatever it was in between, so that an event heard twice or late does no
harm. Why a stage's follow-ups end when the deal leaves it: docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.db.models import Q

from crm.dispatching import Subscriber, subscribe
from crm.models import Contact, Deal, Document, Event, Invoice, Lifecycle, Organisation
from crm.models.deal import StageKind
from crm.models.document import DocumentState
from crm.models.invoice import UNPAID
from crm.zones import local_day, moment
from followups.house_rules import CLIENT_SETS, INVOICE_SETS, resting
from followups.lifecycle import MISSED, PENDING
from followups.models import FollowUp, FollowUpSet, Occasion
from followups.models.followup import FollowUpQuerySet
from followups.sets import Use, use_sets
from followups.settling import call_off

#: A deal may have entered a stage with these.
ENTERED = frozenset({"deal_created", "deal_stage_changed", "deal_won", "deal_lost", "deal_reopened", "deal_restored"})
DEALS = ENTERED | {"deal_deleted"}
REQUESTED, ISSUED, OVERDUE, LIFECYCLE = "document_requested", "invoice_issued", "invoice_overdue", "lifecycle_changed"
CLIENT = Lifecycle.CLIENT
_INVOICES = {ISSUED: Occasion.INVOICE_ISSUED, OVERDUE: Occasion.INVOICE_OVERDUE}
#: The rule of the house under which sets are made on an occasion, where something else may do it instead.
_RULES: dict[str, str] = {
    Occasion.BECAME_CLIENT: CLIENT_SETS,
    Occasion.INVOICE_ISSUED: INVOICE_SETS,
    Occasion.INVOICE_OVERDUE: INVOICE_SETS,
}


def register() -> None:
    """Listen to what sets may be made on; called once at start-up."""
    kinds = DEALS | {REQUESTED, ISSUED, OVERDUE, LIFECYCLE}
    subscribe(Subscriber("sets", kinds, use_sets_on_occasions))


def use_sets_on_occasions(events: Sequence[Event], now: datetime) -> None:
    """Subscriber: end what a deal has left behind, then make every set whose occasion has come."""
    deals = _deals(events)
    call_off(_left_behind(deals) | _clients_no_more(events), now=now)
    # What somebody brought in from another system is old news: nobody is set to work on it.
    news = [event for event in events if not event.data.get("imported")]
    wanted = {kind for kind in map(_occasion, news) if kind}
    if wanted & _RULES.keys():
        idle = resting()
        wanted = {one for one in wanted if _RULES.get(one) not in idle}
    sets = list(FollowUpSet.objects.filter(occasion__in=wanted, archived_at__isnull=True)) if wanted else []
    if sets:
        uses = [*_stages(news, deals, sets), *_documents(news, sets), *_invoices(news, sets), *_clients(news, sets)]
        if uses:
            use_sets(uses, by=None, now=now)


def untouched() -> FollowUpQuerySet:
    """What a set made and nobody has taken in hand: not begun, put off, or kept on top."""
    return FollowUp.objects.open().filter(
        made_by_set__isnull=False,
        status__in=(PENDING, MISSED),
        started_at__isnull=True,
        snooze_count=0,
        reschedule_count=0,
        pinned=False,
    )


def _occasion(event: Event) -> str:
    if event.kind in ENTERED:
        return Occasion.STAGE_ENTERED
    if event.kind == REQUESTED:
        return Occasion.DOCUMENT_REQUESTED
    if event.kind == LIFECYCLE:
        return Occasion.BECAME_CLIENT if event.data.get("to") == CLIENT else ""
    return _INVOICES.get(event.kind, "")


def _deals(events: Sequence[Event]) -> dict[int, Deal]:
    ids = {event.subject_id for event in events if event.kind in DEALS and event.subject_id}
    return Deal.objects.select_related("stage").in_bulk(ids) if ids else {}


def _left_behind(deals: Mapping[int, Deal]) -> dict[int, str]:
    """The untouched follow-ups whose stage or deal is over, each with the reason."""
    if not deals:
        return {}
    rows = untouched().filter(deal__in=deals).values_list(
        "pk", "deal_id", "made_by_set__occasion", "made_by_set__stage_id"
    )  # fmt: skip
    ends = {}
    for pk, deal_id, occasion, stage_id in rows:
        deal = deals[deal_id]
        if why := _why_over(deal, stage_id if occasion == Occasion.STAGE_ENTERED else None):
            ends[pk] = why
    return ends


def _clients_no_more(events: Sequence[Event]) -> dict[int, str]:
    """What was made for new clients who are none by now."""
    ids = {event.contact_id for event in events if event.kind == LIFECYCLE and event.data.get("from") == CLIENT}
    if not ids:
        return {}
    rows = untouched().filter(contact__in=ids, made_by_set__occasion=Occasion.BECAME_CLIENT)
    return dict.fromkeys(rows.exclude(contact__lifecycle=CLIENT).values_list("pk", flat=True), "No longer a client")


def _why_over(deal: Deal, stage_id: int | None) -> str:
    """Why what a set made for the deal is over; `stage_id` is the stage that it was made for, if it was."""
    if deal.deleted_at is not None:
        return "The deal was deleted"
    if stage_id == deal.stage_id:
        return ""
    if deal.status != StageKind.OPEN:
        return f"The deal was {deal.status}"
    return f"The deal moved on to {deal.stage.name}" if stage_id is not None else ""


def _stages(events: Sequence[Event], deals: Mapping[int, Deal], sets: Sequence[FollowUpSet]) -> Iterable[Use]:
    """The sets of the stage in which each deal now is, for the last event that says so."""
    entered: dict[int, Event] = {}
    for event in events:
        deal = deals.get(event.subject_id or 0)
        if event.kind in ENTERED and deal and deal.deleted_at is None and event.data.get("stage_id") == deal.stage_id:
            entered[deal.pk] = event
    for deal_id, event in entered.items():
        deal = deals[deal_id]
        for one in sets:
            if one.occasion == Occasion.STAGE_ENTERED and one.stage_id == deal.stage_id:
                yield Use(one.pk, deal.contact_id, deal_id=deal.pk, **_of(event))


def _documents(events: Sequence[Event], sets: Sequence[FollowUpSet]) -> Iterable[Use]:
    """For each required document that is asked for the sets of its kind, else those for any kind."""
    asked = {event.subject_id: event for event in events if event.kind == REQUESTED and event.subject_id}
    if not asked:
        return
    rows = Document.objects.alive().filter(pk__in=asked, state=DocumentState.REQUESTED, required=True)
    for pk, contact_id, kind_id in rows.order_by("pk").values_list("pk", "contact_id", "kind_id"):
        mine = [one for one in sets if one.occasion == Occasion.DOCUMENT_REQUESTED]
        own = [one for one in mine if one.document_kind_id is not None and one.document_kind_id == kind_id]
        for one in own or [one for one in mine if one.document_kind_id is None]:
            yield Use(one.pk, contact_id, document_id=pk, **_of(asked[pk]))


def _invoices(events: Sequence[Event], sets: Sequence[FollowUpSet]) -> Iterable[Use]:
    """An invoice that bears a later day than today counts from that day."""
    told = [event for event in events if event.kind in _INVOICES]
    if not told:
        return
    rows = Invoice.objects.alive().filter(pk__in=[event.subject_id for event in told], state__in=UNPAID)
    open_ones = {pk: (contact, day) for pk, contact, day in rows.values_list("pk", "contact_id", "issued_on")}
    zone_name = Organisation.objects.current().time_zone
    for event in told:
        if event.subject_id not in open_ones:
            continue
        contact_id, issued_on = open_ones[event.subject_id]
        since = _of(event)
        if event.kind == ISSUED and issued_on > local_day(event.occurred_at, zone_name):
            since["at"] = moment(issued_on, time(12), zone_name)
        for one in sets:
            if one.occasion == _INVOICES[event.kind]:
                yield Use(one.pk, contact_id, invoice_id=event.subject_id, **since)


def _clients(events: Sequence[Event], sets: Sequence[FollowUpSet]) -> Iterable[Use]:
    became = {event.contact_id: event for event in events if _occasion(event) == Occasion.BECAME_CLIENT}
    if not became:
        return
    rows = Contact.objects.alive().filter(Q(pk__in=became), lifecycle=CLIENT).order_by("pk")
    for pk in rows.values_list("pk", flat=True):
        for one in sets:
            if one.occasion == Occasion.BECAME_CLIENT:
                yield Use(one.pk, pk, **_of(became[pk]))


def _of(event: Event) -> dict[str, Any]:
    """What a use takes from its event; the same event never makes two."""
    return {"cause": f"e{event.pk}", "event_id": event.pk, "at": event.occurred_at}
