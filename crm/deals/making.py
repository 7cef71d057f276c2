"""Making deals, one or thousands at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from crm.deals.fields import clean_deal
from crm.deals.telling import deal_data, happened
from crm.models import CloseReason, Contact, Deal, Organisation, Partner, Product, Stage, User
from crm.models.deal import StageKind
from crm.people import can_own
from crm.timeline import record


@dataclass(slots=True, kw_only=True)
class NewDeal:
    """Values as typed; they are normalised here. Without an owner it is the maker's.

    In a won or lost stage it is a deal of the past: `closed_at` (now, if left out) and a reason may be given.
    `imported` is told with the event, so that nobody is set to work on old news.
    """

    name: str
    stage_id: int
    contact_id: int | None = None
    partner_id: int | None = None
    product_id: int | None = None
    amount: Decimal | str | float | None = None
    currency: str = ""
    probability: int | str | None = None
    opened_on: date | str | None = None
    expected_on: date | str | None = None
    owner_id: int | None = None
    notes: str = ""
    external_id: str = ""
    closed_at: datetime | None = None
    close_reason_id: int | None = None
    close_note: str = ""
    stage_since: datetime | None = None
    imported: bool = False


_CLEANED = (
    "name",
    "contact_id",
    "partner_id",
    "product_id",
    "amount",
    "currency",
    "probability",
    "opened_on",
    "expected_on",
    "owner_id",
    "notes",
    "external_id",
)


class BadDeals(ValueError):
    """Deals that cannot be made; `refused` says why by position: field -> sentence ("" for the whole deal)."""

    def __init__(self, refused: Mapping[int, Mapping[str, str]]) -> None:
        super().__init__("; ".join(text for why in refused.values() for text in why.values())[:500])
        self.refused = {position: dict(why) for position, why in refused.items()}


def create_deals(deals: Sequence[NewDeal], *, by: User | None, now: datetime) -> list[int]:
    """Store deals, each with its event; returns their ids in order. Raises BadDeals, with nothing stored.

    Whoever may hold bad rows asks `refusals` first and leaves those out.
    """
    if not deals:
        return []
    with transaction.atomic():
        known = _known(deals)
        clean, refused = _clean(deals, known)
        if refused:
            raise BadDeals(refused)
        try:
            with transaction.atomic():
                stored = Deal.objects.bulk_create(
                    [
                        _row(deal, values, known["stage_id"][deal.stage_id], by, now)
                        for deal, values in zip(deals, clean, strict=True)
                    ]
                )
        except IntegrityError:  # somebody stored the same external id, or deleted what it names, between look and write
            raise BadDeals(
                refusals(deals) or {0: {"": "Somebody changed this at the very moment. Try again."}}
            ) from None
        record(
            [
                happened(
                    "deal_created",
                    row,
                    deal_data(
                        row,
                        known["stage_id"][row.stage_id],
                        by=by.name if by else "Followthrough",
                        imported=deal.imported,
                    ),
                    by=by,
                    now=now,
                )
                for row, deal in zip(stored, deals, strict=True)
            ],
            now=now,
        )
    return [row.pk for row in stored]


def refusals(deals: Sequence[NewDeal]) -> dict[int, dict[str, str]]:
    """Why some of the deals cannot be made: position -> field -> sentence."""
    return _clean(deals, _known(deals))[1]


_WHAT = {
    "stage_id": "There is no such stage.",
    "contact_id": "There is no such contact.",
    "partner_id": "There is no such partner.",
    "product_id": "There is no such product.",
    "owner_id": "There is no colleague with this number who can hold deals.",
    "close_reason_id": "There is no such reason.",
}


def _known(deals: Sequence[NewDeal]) -> dict[str, dict[int, Any]]:
    """The rows that the deals name, by column and id; one query for each column that is used."""
    sources: dict[str, Any] = {
        "stage_id": Stage.objects.select_related("pipeline"),
        "contact_id": Contact.objects.alive().only("pk"),
        "partner_id": Partner.objects.filter(deleted_at__isnull=True).only("pk"),
        "product_id": Product.objects.only("pk"),
        "owner_id": (can_own() if any(deal.imported for deal in deals) else User.objects.workers()).only("pk"),
        "close_reason_id": CloseReason.objects.all(),
    }
    found: dict[str, dict[int, Any]] = {}
    for name, rows in sources.items():
        ids = {pk for deal in deals if (pk := getattr(deal, name)) is not None and 0 < pk < 2**63}
        found[name] = rows.in_bulk(ids) if ids else {}
    return found


def _clean(
    deals: Sequence[NewDeal], known: Mapping[str, Mapping[int, Model]]
) -> tuple[list[dict[str, Any]], dict[int, dict[str, str]]]:
    currency = Organisation.objects.current().currency
    taken = set(
        Deal.objects.alive()
        .filter(external_id__in={key for deal in deals if (key := str(deal.external_id).replace("\0", "").strip())})
        .values_list("external_id", flat=True)
    )
    good: list[dict[str, Any]] = []
    refused: dict[int, dict[str, str]] = {}
    for position, deal in enumerate(deals):
        values, bad = clean_deal({name: getattr(deal, name) for name in _CLEANED}, currency=currency)
        for name, sentence in _WHAT.items():
            pk = getattr(deal, name)
            if pk is not None and pk not in known[name]:
                bad.setdefault(name, sentence)
        bad |= _closing(deal, known) if not bad else {}
        external = str(values.get("external_id") or "")
        if external in taken:
            bad["external_id"] = f"Another deal has the external id {external} already."
        elif external:
            taken.add(external)
        good.append(values)
        if bad:
            refused[position] = bad
    return good, refused


def _closing(deal: NewDeal, known: Mapping[str, Mapping[int, Any]]) -> dict[str, str]:
    """What is wrong with how the deal is said to have ended."""
    kind = known["stage_id"][deal.stage_id].kind
    if kind == StageKind.OPEN:
        return {"closed_at": "A deal in an open stage has not ended."} if deal.closed_at or deal.close_reason_id else {}
    reason = known["close_reason_id"].get(deal.close_reason_id or 0)
    if reason is not None and reason.kind != kind:
        return {"close_reason_id": f"“{reason.label}” is not a reason for deals that are {kind}."}
    return {} if len(deal.close_note) <= 500 else {"close_note": "The note has at most 500 characters."}


def _row(deal: NewDeal, values: Mapping[str, Any], stage: Stage, by: User | None, now: datetime) -> Deal:
    closed_at = None if stage.kind == StageKind.OPEN else deal.closed_at or now
    keeps = by is not None and by.role != "viewer"
    return Deal(
        **{**values, "owner_id": values["owner_id"] or (by.pk if by and keeps else None)},
        pipeline_id=stage.pipeline_id,
        stage=stage,
        status=stage.kind,
        stage_since=deal.stage_since or closed_at or now,
        closed_at=closed_at,
        close_reason_id=deal.close_reason_id,
        close_note=deal.close_note.replace("\0", "").strip(),
        created_by=by,
        created_at=now,
        updated_at=now,
    )
