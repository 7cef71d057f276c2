"""How an automation does, over the API (D11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from automation.access import automations_for
from automation.reading.results import Compared, results_of
from automation.statistics import Difference, Rate
from crm.api.auth import Token, caller
from crm.api.problems import not_found
from crm.api.shapes import Id

router = Router(tags=["Automations"])


class RateOut(Schema):
    hits: int
    cases: int
    rate: float
    low: float = Field(description="Lower bound of the 95 % interval")
    high: float


class DifferenceOut(Schema):
    difference: float
    low: float
    high: float
    enough: bool = Field(description="Whether both sides have enough people to be compared")


class ComparedOut(Schema):
    first: str
    second: str
    replies: DifferenceOut
    conversions: DifferenceOut
    words: str


class StepOut(Schema):
    step: str
    title: str
    people: int
    ways: dict[str, int]
    messages: dict[str, int] | None
    followups: dict[str, int] | None


class PerformanceOut(Schema):
    since: datetime
    entered: int
    inside: int
    finished: int
    parked: int
    goal: int
    held_out: int
    exits: dict[str, int]
    replied: RateOut | None
    converted: RateOut | None
    money: dict[str, str] | None = Field(description="By currency; null for who may not see invoices")
    steps: list[StepOut]
    splits: list[ComparedOut]
    hold_out: ComparedOut | None


@router.get(
    "/automations/{automation_id}/performance",
    response=PerformanceOut,
    auth=Token("automations:read", "automations.view"),
)
def get_performance(request: HttpRequest, automation_id: Id, days: int = 90) -> dict[str, Any]:
    """Who entered in the last days, where they are, and what came of it."""
    person = caller(request)
    automation = automations_for(person).filter(pk=automation_id).first()
    if automation is None:
        raise not_found()
    since = timezone.now() - timedelta(days=max(1, min(days, 36_500)))
    found = results_of(automation, since=since)
    return {
        "since": since,
        "entered": found.entered,
        "inside": found.inside,
        "finished": found.finished,
        "parked": found.parked,
        "goal": found.goal,
        "held_out": found.held_out,
        "exits": dict(found.exits),
        "replied": _rate(found.replied),
        "converted": _rate(found.converted),
        "money": {currency: str(sum_) for currency, sum_ in found.money} if person.can("invoices.view") else None,
        "steps": [
            {
                "step": one.id,
                "title": one.title,
                "people": one.people,
                "ways": dict(one.ways),
                "messages": {name: getattr(one.messages, name) for name in _MESSAGES} if one.messages else None,
                "followups": {"made": one.followups[0], "completed": one.followups[1]} if one.followups else None,
            }
            for one in found.steps
        ],
        "splits": [_compared(one) for _, pairs in found.splits for one in pairs],
        "hold_out": _compared(found.hold_out) if found.hold_out else None,
    }


_MESSAGES = ("written", "sent", "refused", "opened", "clicked", "answered")


def _rate(one: Rate | None) -> dict[str, Any] | None:
    return {name: getattr(one, name) for name in ("hits", "cases", "rate", "low", "high")} if one else None


def _difference(one: Difference) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("difference", "low", "high", "enough")}


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        "replies": _difference(one.replies),
        "conversions": _difference(one.conversions),
        "words": one.words,
    }
