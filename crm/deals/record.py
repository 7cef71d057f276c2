"""One deal as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from crm.access import invoices_for
from crm.deals.quiet import quiet_days
from crm.models import Deal, Event, Stage, User
from crm.models.contact import ACTIVE_LIFECYCLES
from crm.money import show
from crm.reading.paging import page_of
from crm.reading.timeline import EVENT_COLUMNS, NEWEST, Told, told
from crm.zones import local_day

#: How much of the deal's timeline the page shows.
TOLD = 40


@dataclass(slots=True)
class DealRecord:
    """Everything that the page needs. `path` are the stages of the pipeline, each with "done", "here" or "" ."""

    deal: Deal
    path: list[tuple[Stage, str]]
    chance: int
    weighted: Decimal | None
    days: int
    quiet: int | None
    late: bool
    active: bool
    told: list[Told]
    more: bool
    invoices: list[dict[str, Any]]


def record_of_deal(user: User, deal: Deal, now: datetime) -> DealRecord:
    """Read what the page shows beside the deal itself, in three queries."""
    stages = list(Stage.objects.filter(pipeline=deal.pipeline_id).order_by("position", "pk"))
    # Whoever sees the deal sees what happened to it, also where it has no contact.
    events = Event.objects.filter(subject_kind="deal", subject_id=deal.pk)
    page = page_of(events, NEWEST, EVENT_COLUMNS, size=TOLD)
    contact = deal.contact
    chance = deal.stage.probability if deal.probability is None else deal.probability
    return DealRecord(
        deal,
        path=_path(stages, deal),
        chance=chance,
        weighted=deal.amount * chance / 100 if deal.amount is not None else None,
        days=(now - deal.stage_since).days,
        quiet=quiet_days(deal.stage_since, contact.last_two_way_at if contact else None, deal.stage.rotting_days, now)
        if deal.is_open
        else None,
        late=bool(deal.is_open and deal.expected_on and deal.expected_on < local_day(now, user.time_zone)),
        active=contact is not None and contact.lifecycle in ACTIVE_LIFECYCLES,
        told=[told(row) for row in page.rows],
        more=bool(page.later),
        invoices=_invoices(user, deal),
    )


def _path(stages: list[Stage], deal: Deal) -> list[tuple[Stage, str]]:
    """The open stages and, at the end, how it ended or would be won."""
    shown = [
        stage
        for stage in stages
        if stage.pk == deal.stage_id
        or (stage.archived_at is None and (stage.kind == "open" or (stage.kind == "won" and deal.status != "lost")))
    ]
    place = next((number for number, stage in enumerate(shown) if stage.pk == deal.stage_id), -1)
    return [
        (stage, "here" if number == place else "done" if number < place else "") for number, stage in enumerate(shown)
    ]


def _invoices(user: User, deal: Deal) -> list[dict[str, Any]]:
    if not user.can("invoices.view"):
        return []
    rows = invoices_for(user).filter(deal=deal).order_by("-issued_on", "-pk")[:20]
    return [
        {"id": one.pk, "number": one.number, "words": show(one.amount, one.currency), "state": one.get_state_display()}
        for one in rows
    ]
