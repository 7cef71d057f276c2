"""What merge fields say of the record that somebody is in for, as it is now: read for a whole set, and only what is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from automation.effects.shape import Order
from automation.effects.stories import stories
from crm.models import Deal, Document, Event, Invoice
from crm.money import show
from crm.zones import local_day
from followups.models import FollowUp
from messaging.templating.fields import ABOUT

#: What is known of one person's record, as the fields name it: {"invoice": {"number": "A-7"}, "meeting_date": "2026-11-20"}.
Facts = dict[str, Any]


def asked_in(texts: Iterable[str]) -> set[str]:
    """The fields of records that any of the texts may hold: a cheap look before a query."""
    held = [text for text in texts if "{{" in text]
    return {name for name in ABOUT if any(name in text for text in held)}


def about(orders: Sequence[Order], asked: Collection[str]) -> dict[int, Facts]:
    """What the asked fields say, by enrollment: a query for each kind of record that is asked about, however many the
    people are."""
    found: dict[int, Facts] = {one.enrollment_id: {} for one in orders}
    groups = {name.partition(".")[0] for name in asked}
    for group, read in _READERS.items():
        if group in groups:
            for pk, facts in read(orders).items():
                found[pk] |= facts
    return found


def record_of(one: Order, kind: str) -> int | None:
    """The record of that kind that somebody is in for, or that their trigger named."""
    if one.state.about is not None and one.state.about.kind == kind:
        return one.state.about.id
    named = one.words.get(f"{kind}_id")
    return named if isinstance(named, int) and not isinstance(named, bool) and 0 < named < 2**63 else None


def deals_of(orders: Sequence[Order]) -> dict[int, Deal]:
    """The deal that each is in for, else their one open deal; two queries."""
    named = _named(orders, "deal")
    there = {deal.pk: deal for deal in Deal.objects.alive().filter(pk__in=named.values()).select_related("stage")}
    found = {
        one.enrollment_id: deal
        for one in orders
        if (deal := there.get(named.get(one.enrollment_id, 0))) is not None and deal.contact_id == one.contact_id
    }
    others = [one for one in orders if one.enrollment_id not in named]
    theirs: dict[int, list[Deal]] = {}
    for deal in Deal.objects.open().filter(contact__in={one.contact_id for one in others}).select_related("stage"):
        theirs.setdefault(deal.contact_id or 0, []).append(deal)
    return found | {
        one.enrollment_id: theirs[one.contact_id][0] for one in others if len(theirs.get(one.contact_id, ())) == 1
    }


def _deals(orders: Sequence[Order]) -> dict[int, Facts]:
    return {
        pk: {
            "deal": {
                "name": deal.name,
                "amount": show(deal.amount, deal.currency) if deal.amount is not None else "",
                "stage": deal.stage.name,
            }
        }
        for pk, deal in deals_of(orders).items()
    }


def _proposals(orders: Sequence[Order]) -> dict[int, Facts]:
    """The day on which the deal came to where it stands."""
    zones = {one.enrollment_id: one.facts.zone for one in orders}
    return {
        pk: {"proposal_date": _day(local_day(deal.stage_since, zones[pk]))} for pk, deal in deals_of(orders).items()
    }


def _documents(orders: Sequence[Order]) -> dict[int, Facts]:
    rows = Document.objects.filter(pk__in=_named(orders, "document").values(), deleted_at__isnull=True)
    columns = ("pk", "contact_id", "name", "expires_on")
    there = {(pk, whose): (name, until) for pk, whose, name, until in rows.values_list(*columns)}
    return {
        enrollment: {"document": {"name": there[key][0], "expires_on": _day(there[key][1])}}
        for enrollment, key in _theirs(orders, "document").items()
        if key in there
    }


def _invoices(orders: Sequence[Order]) -> dict[int, Facts]:
    rows = Invoice.objects.filter(pk__in=_named(orders, "invoice").values(), deleted_at__isnull=True)
    there = {
        (pk, whose): {"number": number, "amount": show(amount, currency), "due_on": _day(due_on)}
        for pk, whose, number, amount, currency, due_on in rows.values_list(
            "pk", "contact_id", "number", "amount", "currency", "due_on"
        )
    }
    return {
        enrollment: {"invoice": there[key]} for enrollment, key in _theirs(orders, "invoice").items() if key in there
    }


def _named(orders: Sequence[Order], kind: str) -> dict[int, int]:
    """The record of that kind that each is in for, by enrollment."""
    return {one.enrollment_id: pk for one in orders if (pk := record_of(one, kind))}


def _theirs(orders: Sequence[Order], kind: str) -> dict[int, tuple[int, int]]:
    """The same with whose it must be: a number that came from outside may be somebody else's."""
    return {one.enrollment_id: (pk, one.contact_id) for one in orders if (pk := record_of(one, kind))}


def _promises(orders: Sequence[Order]) -> dict[int, Facts]:
    """The day of the follow-up that somebody is in for, else of the first that is open."""
    rows = FollowUp.objects.alive().filter(pk__in=_named(orders, "followup").values())
    columns = ("pk", "contact_id", "due_on", "due_at")
    days = {(pk, whose): (on, at) for pk, whose, on, at in rows.values_list(*columns)}
    named = _theirs(orders, "followup")
    open_ones = FollowUp.objects.open().filter(contact__in={one.contact_id for one in orders})
    first: dict[int, tuple[Any, Any]] = {}
    for contact_id, on, at in open_ones.order_by("due_by", "pk").values_list("contact_id", "due_on", "due_at"):
        first.setdefault(contact_id, (on, at))
    found = {}
    for one in orders:
        on, at = days.get(named.get(one.enrollment_id, (0, 0))) or first.get(one.contact_id, (None, None))
        day = local_day(at, one.facts.zone) if at is not None else on
        if day is not None:
            found[one.enrollment_id] = {"promised_date": _day(day)}
    return found


def _meetings(orders: Sequence[Order]) -> dict[int, Facts]:
    """The day of the last meeting that was held."""
    held = Event.objects.filter(contact__in={one.contact_id for one in orders}, two_way=True, kind="meeting_logged")
    also = Event.objects.filter(
        contact__in={one.contact_id for one in orders},
        two_way=True,
        kind="followup_completed",
        data__channel__in=["meeting", "visit"],
    )
    last: dict[int, Any] = {}
    for contact_id, at in held.values_list("contact_id", "occurred_at").union(
        also.values_list("contact_id", "occurred_at"), all=True
    ):
        last[contact_id] = max(at, last.get(contact_id, at))
    return {
        one.enrollment_id: {"meeting_date": _day(local_day(last[one.contact_id], one.facts.zone))}
        for one in orders
        if one.contact_id in last
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


_READERS = {
    "deal": _deals,
    "proposal_date": _proposals,
    "document": _documents,
    "invoice": _invoices,
    "promised_date": _promises,
    "meeting_date": _meetings,
    "success_story": stories,
}
