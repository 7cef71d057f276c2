"""Locking the deals that a verb is about, and writing them with their events and the step that takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from crm.deals.taking_back import DEALS, note_handed_over
from crm.models import Deal, User
from crm.results import Result
from crm.timeline import Happening, record
from crm.undo import remember

#: How many rows one verb takes at once: enough for any page, small enough to lock.
MOST = 10_000


def locked(deals: QuerySet[Deal]) -> list[Deal]:
    """Lock the set in the order of ids; needs a transaction."""
    return list(deals.order_by("pk").select_related("stage", "pipeline").select_for_update(of=("self",))[:MOST])


def fresh(rows: Iterable[Deal], versions: Mapping[int, int] | None, result: Result) -> list[Deal]:
    """The rows that still have the version that the caller saw; the others are noted as stale."""
    found = []
    for deal in rows:
        if versions is not None and versions.get(deal.pk, deal.version) != deal.version:
            result.stale.append(deal.pk)
            result.refused[deal.pk] = f"Somebody has changed “{deal.name}” meanwhile. Look again."
        else:
            found.append(deal)
    return found


def said(rows: list[Deal]) -> str:
    return f"“{rows[0].name}”" if len(rows) == 1 else f"{len(rows):,} deals"


def write(
    changes: Mapping[int, tuple[Deal, dict[str, Any]]],
    happenings: Iterable[Happening],
    *,
    label: str,
    by: User | None,
    now: datetime,
    result: Result,
) -> Result:
    """Write columns of locked rows with their events; a label makes it a step that can be taken back.

    `changes` maps an id to the row as it was and the columns that change.
    """
    if not changes:
        return result
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for pk, (_, columns) in changes.items():
        groups.setdefault(tuple(sorted(columns.items())), []).append(pk)
    for columns_, ids in groups.items():
        Deal.objects.filter(pk__in=ids).update(**dict(columns_), version=F("version") + 1, updated_at=now)
    record(happenings, now=now)
    note_handed_over([(deal.contact_id, columns) for deal, columns in changes.values()], now=now)
    if by is not None and label:
        payload = {
            "rows": {
                str(pk): {name: plain(getattr(deal, name)) for name in columns}
                for pk, (deal, columns) in changes.items()
            },
            "versions": {str(pk): deal.version + 1 for pk, (deal, _) in changes.items()},
        }
        result.undo_id = remember(user=by, label=label, kind=DEALS, payload=payload, now=now)
    result.done += list(changes)
    return result


def plain(value: Any) -> Any:
    """A column's value as JSON holds it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
