"""Moving deals through their stages: on, won, lost and open again. One event a deal, one step that takes it back.

A deal that enters a stage loses a chance of its own: it described where the deal stood before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from crm.deals.locking import fresh, locked, said, write
from crm.deals.telling import moved
from crm.models import CloseReason, Deal, Stage, User
from crm.models.deal import StageKind
from crm.results import Result


class ReasonNeeded(ValueError):
    """A deal is not lost without a reason; the text is a sentence."""


def move(
    deals: QuerySet[Deal],
    *,
    to: Stage,
    by: User | None,
    now: datetime,
    reason: CloseReason | None = None,
    note: str = "",
    versions: Mapping[int, int] | None = None,
) -> Result:
    """Put deals into a stage, of their own pipeline or another. Deals that are there already stay as they are.

    A stage of lost deals asks for a reason. Raises ReasonNeeded.
    """
    return _place(deals, lambda _: to, kind=to.kind, reason=reason, note=note, by=by, now=now, versions=versions)


def win(
    deals: QuerySet[Deal],
    *,
    by: User | None,
    now: datetime,
    reason: CloseReason | None = None,
    note: str = "",
    versions: Mapping[int, int] | None = None,
) -> Result:
    """Win deals: each goes to the first stage of its pipeline that is for won ones. Raises ReasonNeeded for a reason
    of another kind."""
    return _close(deals, StageKind.WON, reason=reason, note=note, by=by, now=now, versions=versions)


def lose(
    deals: QuerySet[Deal],
    *,
    by: User | None,
    now: datetime,
    reason: CloseReason | None,
    note: str = "",
    versions: Mapping[int, int] | None = None,
) -> Result:
    """Lose deals, with a reason. Raises ReasonNeeded."""
    return _close(deals, StageKind.LOST, reason=reason, note=note, by=by, now=now, versions=versions)


def reopen(
    deals: QuerySet[Deal], *, by: User | None, now: datetime, versions: Mapping[int, int] | None = None
) -> Result:
    """Open closed deals again, in the open stage where each was last, else in the first of its pipeline."""
    with transaction.atomic():
        was = _last_open_stage(list(deals.exclude(status=StageKind.OPEN).values_list("pk", flat=True)))
        usable = _first_stages(StageKind.OPEN)
        by_id = {stage.pk: stage for stage in Stage.objects.filter(pk__in=was.values(), archived_at__isnull=True)}

        def where(deal: Deal) -> Stage | str:
            if deal.status == StageKind.OPEN:
                return f"“{deal.name}” is open."
            back = by_id.get(was.get(deal.pk, 0))
            if back is not None and back.pipeline_id == deal.pipeline_id:
                return back
            return usable.get(deal.pipeline_id) or f"The pipeline of “{deal.name}” has no open stage."

        return _place(deals, where, kind="open", reason=None, note="", by=by, now=now, versions=versions)


def _close(deals: QuerySet[Deal], kind: StageKind, **how: Any) -> Result:
    ends = _first_stages(kind)

    def where(deal: Deal) -> Stage | str:
        if deal.status == kind:
            return deal.stage
        return ends.get(deal.pipeline_id) or f"The pipeline of “{deal.name}” has no stage for deals that are {kind}."

    return _place(deals, where, kind=kind, **how)


def _first_stages(kind: str) -> dict[int, Stage]:
    """The first stage of the kind in each pipeline."""
    found: dict[int, Stage] = {}
    for stage in Stage.objects.filter(kind=kind, archived_at__isnull=True).order_by("position", "pk"):
        found.setdefault(stage.pipeline_id, stage)
    return found


def _last_open_stage(ids: list[int]) -> dict[int, int]:
    """The open stage in which each of the deals was last, as the history keeps it."""
    rows = Deal.pgh_event_model.objects.filter(pgh_obj_id__in=ids, status=StageKind.OPEN)  # type: ignore[attr-defined]  # put there by pghistory
    return dict(rows.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id").values_list("pgh_obj_id", "stage_id"))


def _put_away(stage_ids: set[int]) -> dict[int, str]:
    """Those that are no longer in use by now, or whose pipeline is not, with the sentence; nobody puts the others away
    until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.name, p.name, s.archived_at IS NULL, p.archived_at IS NULL"
            " FROM crm_stage s JOIN crm_pipeline p ON p.id = s.pipeline_id WHERE s.id = ANY(%s)"
            " ORDER BY s.id FOR KEY SHARE",
            [sorted(stage_ids)],
        )
        return {
            pk: f"The stage “{stage}” is no longer in use." if pipeline_used else f"“{pipeline}” is no longer in use."
            for pk, stage, pipeline, used, pipeline_used in cursor.fetchall()
            if not (used and pipeline_used)
        }


def check_reason(kind: str, reason: CloseReason | None) -> None:
    """Raise ReasonNeeded where a stage of this kind asks for a reason, or the reason is of another kind."""
    if kind == StageKind.LOST and reason is None:
        raise ReasonNeeded("Say why it was lost.")
    if reason is not None and reason.kind != kind:
        raise ReasonNeeded(f"“{reason.label}” is not a reason for this.")


def _place(
    deals: QuerySet[Deal],
    where: Callable[[Deal], Stage | str],
    *,
    kind: str,
    reason: CloseReason | None,
    note: str,
    by: User | None,
    now: datetime,
    versions: Mapping[int, int] | None,
) -> Result:
    """Put each locked deal where `where` says; a text is the reason why not."""
    check_reason(kind, reason)
    note = " ".join(note.replace("\0", " ").split())[:500]
    result, told, target = Result(), [], None
    changes: dict[int, tuple[Deal, dict[str, Any]]] = {}
    with transaction.atomic():
        for deal in fresh(locked(deals), versions, result):
            stage = where(deal)
            if isinstance(stage, str):
                result.refused[deal.pk] = stage
                continue
            if stage.archived_at is not None:
                result.refused[deal.pk] = f"The stage “{stage.name}” is no longer in use."
                continue
            if stage.pk == deal.stage_id:
                continue
            target = stage
            closed = stage.kind != StageKind.OPEN
            changes[deal.pk] = (
                deal,
                {
                    "pipeline_id": stage.pipeline_id,
                    "stage_id": stage.pk,
                    "status": stage.kind,
                    "stage_since": now,
                    "probability": None,
                    "closed_at": now if closed else None,
                    "close_reason_id": reason.pk if reason and closed else None,
                    "close_note": note if closed else "",
                },
            )
            told.append(
                moved(deal, deal.stage, stage, by=by, now=now, reason=reason.label if reason else "", note=note)
            )
        gone = _put_away({columns["stage_id"] for _, columns in changes.values()})
        for pk in [pk for pk, (_, columns) in changes.items() if columns["stage_id"] in gone]:
            result.refused[pk] = gone[changes.pop(pk)[1]["stage_id"]]
        told = [one for one in told if one.subject_id in changes]
        rows = [deal for deal, _ in changes.values()]
        label = f"Moved {said(rows)} to {target.name}" if rows and target else ""
        return write(changes, told, label=label, by=by, now=now, result=result)
