"""Changing one deal's fields; giving, deleting and restoring many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from crm.deals.fields import LABELS, clean_deal, currency_doubt
from crm.deals.locking import fresh, locked, plain, said, write
from crm.deals.making import NewDeal, refusals
from crm.deals.telling import deal_data, happened
from crm.models import Deal, Organisation, User
from crm.results import Result


@dataclass(slots=True)
class ChangedDeal:
    """`stale` holds the fields now in force where somebody changed the deal first; `refused` is by field."""

    done: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    stale: dict[str, Any] | None = None
    version: int = 0
    undo_id: int | None = None


def change_deal(
    deals: QuerySet[Deal],
    *,
    by: User | None,
    now: datetime,
    changes: Mapping[str, Any],
    version: int | None = None,
    number_meant: bool = False,
) -> ChangedDeal:
    """Change fields of the one deal in the set. Raises Deal.DoesNotExist, KeyError for a field that people do not set.

    A `version` that is no longer the row's refuses the change as stale. A currency that changes while the number does
    not is refused, unless `number_meant` says that this is no slip.
    """
    with transaction.atomic():
        deal = deals.order_by().select_related("stage").select_for_update(of=("self",)).get()
        result = ChangedDeal(version=deal.version)
        if version is not None and version != deal.version:
            result.stale = {name: plain(getattr(deal, name)) for name in LABELS}
            return result
        given = dict(changes)
        if "amount" in given or "currency" in given:
            given = {"amount": deal.amount, "currency": deal.currency} | given
        clean, bad = clean_deal(given, currency=deal.currency or Organisation.objects.current().currency)
        changed = {name: value for name, value in clean.items() if value != getattr(deal, name)}
        bad |= _unknown(deal, changed)
        if "currency" in changed and not bad:
            doubt = currency_doubt(
                (deal.amount, deal.currency), (clean["amount"], clean["currency"]), number_meant=number_meant
            )
            bad |= {"currency": doubt} if doubt else {}
        result.refused = bad
        if bad or not changed:
            result.done = not bad
            return result
        return _store(deal, changed, by, now)


def _unknown(deal: Deal, changed: Mapping[str, Any]) -> dict[str, str]:
    """What the changes name that is not there, or is another's."""
    named: dict[str, Any] = {
        name: changed.get(name)
        for name in ("contact_id", "partner_id", "product_id", "owner_id", "external_id")
        if changed.get(name)
    }
    if not named:
        return {}
    return refusals([NewDeal(name=deal.name, stage_id=deal.stage_id, **named)]).get(0, {})


def _store(deal: Deal, changed: dict[str, Any], by: User | None, now: datetime) -> ChangedDeal:
    written = Result()
    data = {
        "fields": ", ".join(LABELS[name] for name in changed),
        "changes": {name: [plain(getattr(deal, name)), plain(value)] for name, value in changed.items()},
    }
    before = Deal(**{one.attname: getattr(deal, one.attname) for one in Deal._meta.concrete_fields})
    for name, value in changed.items():
        setattr(deal, name, value)
    event = happened("deal_changed", deal, deal_data(deal, deal.stage, **data), by=by, now=now)
    try:
        with transaction.atomic():
            label = f"Changed {said([deal])}"
            write({deal.pk: (before, changed)}, [event], label=label, by=by, now=now, result=written)
    except IntegrityError:
        return ChangedDeal(refused={"": "Somebody stored a deal with the same external id at this very moment."})
    return ChangedDeal(done=True, version=before.version + 1, undo_id=written.undo_id)


def give(
    deals: QuerySet[Deal],
    *,
    to: User | None,
    by: User | None,
    now: datetime,
    versions: Mapping[int, int] | None = None,
) -> Result:
    """Give deals to a colleague; None leaves them with nobody. Viewers and those gone get nothing."""
    result = Result()
    with transaction.atomic():
        rows = fresh(locked(deals), versions, result)
        if to is not None and (not to.is_active or to.role == "viewer"):
            result.refused |= {deal.pk: f"{to.name} cannot hold deals." for deal in rows}
            return result
        moving = [deal for deal in rows if deal.owner_id != (to.pk if to else None)]
        name = to.name if to else "nobody"
        told = [
            happened(
                "deal_given",
                deal,
                deal_data(deal, deal.stage, to=name, from_id=deal.owner_id, to_id=to.pk if to else None),
                by=by,
                now=now,
            )
            for deal in moving
        ]
        changes = {deal.pk: (deal, {"owner_id": to.pk if to else None}) for deal in moving}
        label = f"Gave {said(moving)} to {name}" if moving else ""
        return write(changes, told, label=label, by=by, now=now, result=result)


def delete(deals: QuerySet[Deal], *, by: User | None, now: datetime) -> Result:
    """Take deals out of every list and search; `restore` brings them back."""
    return _exist(deals.filter(deleted_at__isnull=True), "deal_deleted", now, by, now, "Deleted")


def restore(deals: QuerySet[Deal], *, by: User | None, now: datetime) -> Result:
    """Bring deleted deals back; one whose external id was given to another meanwhile is refused."""
    gone = deals.filter(deleted_at__isnull=False)
    keys = list(gone.exclude(external_id="").values_list("external_id", flat=True))
    taken = (
        set(Deal.objects.alive().filter(external_id__in=keys).values_list("external_id", flat=True)) if keys else set()
    )
    result = _exist(gone.exclude(external_id__in=taken) if taken else gone, "deal_restored", None, by, now, "")
    for pk, key in gone.filter(external_id__in=taken).values_list("pk", "external_id") if taken else ():
        result.refused[pk] = f"Another deal has the external id {key} now."
    return result


def _exist(deals: QuerySet[Deal], kind: str, at: datetime | None, by: User | None, now: datetime, verb: str) -> Result:
    with transaction.atomic():
        rows = locked(deals)
        told = [happened(kind, deal, deal_data(deal, deal.stage), by=by, now=now) for deal in rows]
        label = f"{verb} {said(rows)}" if rows and verb else ""
        changes = {deal.pk: (deal, {"deleted_at": at}) for deal in rows}
        return write(changes, told, label=label, by=by, now=now, result=Result())
