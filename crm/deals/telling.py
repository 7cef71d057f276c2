"""What the events of a deal say: always its ids and its words, so that a subscriber needs no query."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.models import Deal, Stage, User
from crm.models.deal import StageKind
from crm.money import rounded
from crm.timeline import Happening


def deal_data(deal: Deal, stage: Stage, **more: Any) -> dict[str, Any]:
    """The deal in an event; the amount is a text, so that no decimal is lost."""
    return {
        "deal": deal.name,
        "deal_id": deal.pk,
        "stage": stage.name,
        "stage_id": stage.pk,
        "pipeline_id": stage.pipeline_id,
        "status": stage.kind,
        "amount": None if deal.amount is None else f"{rounded(deal.amount, deal.currency):f}",
        "currency": deal.currency,
        "owner_id": deal.owner_id,
        **more,
    }


def happened(kind: str, deal: Deal, data: dict[str, Any], *, by: User | None, now: datetime) -> Happening:
    """The event of one deal."""
    return Happening(
        kind,
        deal.contact_id,
        now,
        actor="person" if by else "system",
        user_id=by.pk if by else None,
        subject_kind="deal",
        subject_id=deal.pk,
        data=data,
    )


def moved(
    deal: Deal, old: Stage, new: Stage, *, by: User | None, now: datetime, reason: str = "", note: str = "", **more: Any
) -> Happening:
    """The one event of a deal that changed its stage: won, lost, open again, or moved."""
    kind = {StageKind.WON: "deal_won", StageKind.LOST: "deal_lost"}.get(StageKind(new.kind), "")
    if not kind:
        kind = "deal_stage_changed" if old.kind == StageKind.OPEN else "deal_reopened"
    because = reason or note
    data = deal_data(
        deal,
        new,
        from_stage=old.name,
        from_stage_id=old.pk,
        from_pipeline_id=old.pipeline_id,
        to_stage=new.name,
        to_stage_id=new.pk,
        reason=reason,
        note=note,
        because=f": {because}" if because and kind in ("deal_won", "deal_lost") else "",
        **more,
    )
    return happened(kind, deal, data, by=by, now=now)
