"""The board of a pipeline: a column a stage, what it is worth, its first cards; a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from crm.access import pipelines_for
from crm.deals.cards import CARD, dress
from crm.deals.forecast import Line, altogether, lines, read_months
from crm.models import Deal, Pipeline, Stage, User
from crm.models.deal import DealQuerySet, StageKind
from crm.money import totals
from crm.reading.paging import Row
from crm.zones import local_day, moment

#: Cards that a column shows at once; the rest are a link away.
SHOWN = 50
#: Cards of deals that ended this month.
ENDED = 8


@dataclass(slots=True)
class Column:
    """One stage, or all of a pipeline's won or lost ones of this month."""

    stage: Stage
    count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    cards: list[Row] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass(slots=True)
class Board:
    """What the page shows. `months` is the forecast, `whole` all of it in one line."""

    pipeline: Pipeline
    columns: list[Column]
    ended: list[Column]
    months: list[Line]
    whole: Line

    @property
    def count(self) -> int:
        return sum(column.count for column in self.columns)


def pipelines_in_use(user: User) -> dict[Pipeline, list[Stage]]:
    """The pipelines that deals go through, in their order, each with all of its stages; one query."""
    lines = pipelines_for(user).filter(archived_at__isnull=True)
    found: dict[Pipeline, list[Stage]] = {}
    stages = Stage.objects.filter(pipeline__in=lines).select_related("pipeline")
    for stage in stages.order_by("pipeline__position", "pipeline__name", "position", "pk"):
        found.setdefault(stage.pipeline, []).append(stage)
    return found


def board_of(pipeline: Pipeline, stages: Sequence[Stage], deals: DealQuerySet, user: User, now: datetime) -> Board:
    """Read the board of the deals that were asked for, in four queries."""
    today = local_day(now, user.time_zone)
    since = moment(today.replace(day=1), time(), user.time_zone)
    columns = {stage.pk: Column(stage) for stage in stages if stage.kind == StageKind.OPEN}
    ended = {stage.pk: Column(stage) for stage in stages if stage.kind != StageKind.OPEN}
    mine = deals.filter(pipeline=pipeline)
    over = mine.filter(closed_at__gte=since, status__in=[StageKind.WON, StageKind.LOST])
    months = read_months(mine)
    for one in months:
        _add(columns, one.stage_id, one.currency, one.deals, one.total)
    for row in over.order_by().values_list("stage_id", "currency").annotate(n=Count("pk"), total=Sum("amount")):
        _add(ended, *row)
    _deal_out(columns, ended, mine, over, now, user)
    found = lines(months, today)
    return Board(
        pipeline,
        [column for column in columns.values() if column.stage.archived_at is None or column.count],
        [column for column in ended.values() if column.stage.archived_at is None or column.count],
        found,
        altogether(found),
    )


def _add(columns: dict[int, Column], stage_id: int, currency: str, number: int, total: Decimal | None) -> None:
    """Add deals of one currency to their column, its largest sum first."""
    if column := columns.get(stage_id):
        column.count += number
        column.sums = totals([*((amount, code) for code, amount in column.sums.items()), (total, currency)])


def _deal_out(
    columns: dict[int, Column],
    ended: dict[int, Column],
    open_ones: DealQuerySet,
    over: DealQuerySet,
    now: datetime,
    user: User,
) -> None:
    """Lay the first cards of each column into it, in two queries: which they are, by the index of the board alone, and
    what they say."""
    parts: list[Any] = [
        open_ones.filter(status=StageKind.OPEN, stage=pk)
        .order_by(F("expected_on").asc(nulls_last=True), "pk")
        .values_list("pk")[:SHOWN]
        for pk, column in columns.items()
        if column.count
    ]
    parts += [
        over.filter(stage=pk).order_by("-closed_at", "-pk").values_list("pk")[:ENDED]
        for pk, column in ended.items()
        if column.count
    ]
    if not parts:
        return
    ids = [pk for (pk,) in (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])]
    today = local_day(now, user.time_zone)
    for row in Deal.objects.filter(pk__in=ids).order_by(F("expected_on").asc(nulls_last=True), "pk").values(*CARD):
        column = columns.get(row["stage_id"]) or ended.get(row["stage_id"])
        if column:  # else somebody moved it to another pipeline between the two
            column.cards.append(dress(row, column.stage.rotting_days, now, today))
    for column in ended.values():
        column.cards.sort(key=lambda row: (row["closed_at"], row["id"]), reverse=True)


def stages_to_move_to(user: User) -> list[tuple[Pipeline, Sequence[Stage]]]:
    """Every pipeline in use with its stages in use."""
    pipelines = pipelines_for(user).filter(archived_at__isnull=True).prefetch_related("stages")
    return [
        (pipeline, [stage for stage in pipeline.stages.all() if stage.archived_at is None]) for pipeline in pipelines
    ]
