"""Deals moved through their stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.about import deals_of, record_of
from automation.effects.shape import Done, Order
from automation.effects.sharing import together
from crm.deals.moving import ReasonNeeded, move
from crm.models import CloseReason, Deal, Stage


def change_stage(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Move the deal that each is in for, else their one open deal. Who has none goes on, and it says so; a stage or reason
    that is gone fails the step."""
    stages = {one.pk: one for one in Stage.objects.filter(pk__in={one.effect.stage_id for one in orders})}
    reasons = {one.pk: one for one in CloseReason.objects.filter(pk__in={one.effect.reason_id for one in orders})}
    deals = deals_of(orders)
    done: dict[int, Done] = {}
    for (stage_id, reason_id), some in together(
        orders, lambda one: (one.effect.stage_id, one.effect.reason_id)
    ).items():
        stage, reason = stages.get(stage_id), reasons.get(reason_id)
        why = _cannot(stage, reason, reason_id)
        if stage is None or why:
            done |= {one.enrollment_id: Done(failed=why) for one in some}
            continue
        theirs = {one.enrollment_id: deals[one.enrollment_id] for one in some if one.enrollment_id in deals}
        rows = Deal.objects.alive().filter(pk__in={deal.pk for deal in theirs.values()})
        try:
            result = move(rows, to=stage, by=None, now=now, reason=reason)
        except ReasonNeeded as problem:
            done |= {one.enrollment_id: Done(failed=f"“{stage.name}”: {problem}") for one in some}
            continue
        for one in some:
            done[one.enrollment_id] = _done(one, theirs.get(one.enrollment_id), stage, result.refused)
    return [done[one.enrollment_id] for one in orders]


def _cannot(stage: Stage | None, reason: CloseReason | None, reason_id: int | None) -> str:
    if stage is None:
        return "Its stage was deleted. Choose another one."
    if stage.archived_at is not None:
        return f"The stage “{stage.name}” was put away. Choose another one."
    return "Its reason was deleted. Choose another one." if reason_id is not None and reason is None else ""


def _done(one: Order, deal: Deal | None, stage: Stage, refused: dict[int, str]) -> Done:
    if deal is None:
        named = record_of(one, "deal") is not None
        return Done(
            "The deal is not there any more." if named else "They have no open deal, or several: none was moved."
        )
    if deal.pk in refused:
        return Done(refused[deal.pk], {"deal": deal.pk})
    if deal.stage_id == stage.pk:
        return Done(f"“{deal.name}” is in “{stage.name}” already.", {"deal": deal.pk})
    return Done(f"“{deal.name}” moved to “{stage.name}”.", {"deal": deal.pk})
