"""How what was done to deals is taken back: the columns of rows that nobody has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from crm.audiences.noticing import note_contacts
from crm.deals.fields import LABELS
from crm.deals.telling import deal_data, happened, moved
from crm.models import Deal, Stage, User
from crm.timeline import Happening, record
from crm.undo import UndoResult

DEALS = "deals"
_COLUMNS = {field.attname: field for field in Deal._meta.concrete_fields}


def put_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Give each deal its columns of before, where it still has the version that the action left."""
    result = UndoResult()
    rows = {int(pk): columns for pk, columns in payload["rows"].items()}
    found = {
        deal.pk: deal
        for deal in Deal.objects.filter(pk__in=rows)
        .order_by("pk")
        .select_related("stage")
        .select_for_update(of=("self",))
    }
    stages = Stage.objects.in_bulk({columns["stage_id"] for columns in rows.values() if "stage_id" in columns})
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    told: list[Happening] = []
    changed: dict[int, tuple[int | None, dict[str, Any]]] = {}
    for pk, columns in rows.items():
        deal = found.get(pk)
        if deal is None or deal.version != payload["versions"][str(pk)]:
            result.refused[pk] = "Somebody has changed this deal since."
            continue
        values = {name: _COLUMNS[name].to_python(value) for name, value in columns.items()}
        groups.setdefault(tuple(sorted(values.items())), []).append(pk)
        changed[pk] = (deal.contact_id, values)
        told.append(_told(deal, values, stages, by, now))
        result.done.append(pk)
    for columns_, ids in groups.items():
        Deal.objects.filter(pk__in=ids).update(**dict(columns_), version=F("version") + 1, updated_at=now)
    record(told, now=now)
    note_handed_over(changed.values(), now=now)
    return result


def note_handed_over(changes: Iterable[tuple[int | None, Mapping[str, Any]]], *, now: datetime) -> None:
    """Have audiences look at both contacts of deals that change hands, told the one before and the columns that change:
    the event is the one's alone."""
    handed = [(before, columns["contact_id"]) for before, columns in changes if "contact_id" in columns]
    note_contacts({pk for both in handed for pk in both if pk}, now=now)


def _told(deal: Deal, values: dict[str, Any], stages: dict[int, Stage], by: User, now: datetime) -> Happening:
    """The event that says what went back."""
    old = deal.stage
    for name, value in values.items():
        setattr(deal, name, value)
    if "stage_id" in values and values["stage_id"] != old.pk:
        return moved(deal, old, stages[values["stage_id"]], by=by, now=now, undone=True)
    stage = stages.get(deal.stage_id) or old
    if "deleted_at" in values:
        kind = "deal_restored" if values["deleted_at"] is None else "deal_deleted"
        return happened(kind, deal, deal_data(deal, stage, undone=True), by=by, now=now)
    if set(values) == {"owner_id"}:
        owner = User.objects.filter(pk=deal.owner_id).first() if deal.owner_id else None
        data = deal_data(deal, stage, to=owner.name if owner else "nobody", undone=True)
        return happened("deal_given", deal, data, by=by, now=now)
    fields = ", ".join(LABELS.get(name, name) for name in values)
    return happened("deal_changed", deal, deal_data(deal, stage, fields=f"{fields} back", undone=True), by=by, now=now)
