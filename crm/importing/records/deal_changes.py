"""Deals that are there already: what a file changes about them, and how a whole import of deals is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Field

from crm.deals.fields import clean_deal
from crm.deals.locking import plain as kept
from crm.deals.making import NewDeal
from crm.deals.telling import deal_data, happened, moved
from crm.importing.checking import Problem
from crm.importing.records.kinds import Row, Stored
from crm.models import Deal, Stage, User
from crm.models.deal import StageKind
from crm.timeline import record

TABLE = "deal"
#: What a merge may change, beside where the deal stands.
CHANGES = ("name", "amount", "currency", "product_id", "owner_id", "expected_on", "opened_on", "probability", "notes")
_STANDS = ("stage_id", "pipeline_id", "status", "closed_at")
_FIELDS: dict[str, Field[Any, Any]] = {field.attname: field for field in Deal._meta.concrete_fields}
_WRITTEN = [name.removesuffix("_id") for name in (*CHANGES, *_STANDS)] + ["stage_since", "version", "updated_at"]


def change_deals(
    changes: Sequence[tuple[Row, Deal, NewDeal]], stages: Mapping[int, Stage], *, by: User | None, now: datetime
) -> list[Stored]:
    """Put what rows say into locked deals, each with its event; returns the way back."""
    told, stored = [], []
    for row, deal, wanted in changes:
        before = {name: kept(getattr(deal, name)) for name in (*CHANGES, *_STANDS)}
        old, stage = deal.stage, stages[wanted.stage_id]
        values = _values(row, wanted)
        for name, value in values.items():
            setattr(deal, name, value)
        if "stage" in row.cells and stage.pk != old.pk:
            deal.stage, deal.pipeline_id, deal.status, deal.stage_since = stage, stage.pipeline_id, stage.kind, now
            deal.closed_at = None if stage.kind == StageKind.OPEN else wanted.closed_at or now
            told.append(moved(deal, old, stage, by=by, now=now, imported=True))
        else:
            data = deal_data(deal, old, fields=", ".join(values), imported=True)
            told.append(happened("deal_changed", deal, data, by=by, now=now))
        deal.version, deal.updated_at = deal.version + 1, now
        stored.append(Stored(TABLE, deal.pk, row.number, {"values": before, "version": deal.version}))
    Deal.objects.bulk_update([deal for _, deal, _ in changes], _WRITTEN)
    record(told, now=now)
    return stored


def _values(row: Row, deal: NewDeal) -> dict[str, Any]:
    """What the row says about a deal that is there: only its filled cells."""
    clean, _ = clean_deal({name: getattr(deal, name) for name in CHANGES}, currency=deal.currency)
    told = {
        "name": "name",
        "amount": "amount",
        "product": "product_id",
        "expected_on": "expected_on",
        "opened_on": "opened_on",
        "probability": "probability",
        "notes": "notes",
    }
    values = {column: clean[column] for target, column in told.items() if target in row.cells}
    if "amount" in values:
        values["currency"] = clean["currency"]
    if deal.owner_id is not None:
        values["owner_id"] = deal.owner_id
    return values


def differs(there: Deal, row: Row, deal: NewDeal) -> bool:
    if "stage" in row.cells and there.stage_id != deal.stage_id:
        return True
    return any(getattr(there, name) != value for name, value in _values(row, deal).items())


def undo(stored: Sequence[Stored], by: User | None, now: datetime) -> list[Problem]:
    """Delete the deals that were made; give changed ones their values of before, unless somebody changed them since."""
    made = Deal.objects.alive().filter(pk__in=[one.pk for one in stored if one.before is None])
    told = [
        happened("deal_deleted", deal, deal_data(deal, deal.stage, undone=True), by=by, now=now)
        for deal in made.order_by("pk").select_related("stage").select_for_update(of=("self",))
    ]
    made.update(deleted_at=now, version=F("version") + 1, updated_at=now)
    changed = {one.pk: one for one in stored if one.before is not None}
    problems, rows = [], []
    found = Deal.objects.alive().filter(pk__in=changed).order_by("pk")
    for deal in found.select_related("stage").select_for_update(of=("self",)):
        before = changed[deal.pk].before or {}
        if deal.version != before["version"]:
            reason = f"“{deal.name}” was changed since and keeps its values."
            problems.append(Problem(changed[deal.pk].row, "", reason, left_out=True))
            continue
        for name, value in before["values"].items():
            setattr(deal, name, _FIELDS[name].to_python(value))
        deal.version, deal.updated_at = deal.version + 1, now
        rows.append(deal)
        data = deal_data(deal, deal.stage, fields="back to before the import", undone=True)
        told.append(happened("deal_changed", deal, data, by=by, now=now))
    Deal.objects.bulk_update(rows, _WRITTEN)
    record(told, now=now)
    return problems
