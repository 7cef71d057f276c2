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
from crm.models import Pipeline, Stage, User
from crm.models.deal import DealQuerySet, StageKind
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


def pipelines_in_use(user: User) -> list[Pipeline]:
    """The pipelines that deals go through, in their order."""
    return list(pipelines_for(user).filter(archived_at__isnull=True))


def board_of(pipeline: Pipeline, deals: DealQuerySet, user: User, now: datetime) -> Board:
    """Read the board of the deals that were asked for, in five queries."""
    today = local_day(now, user.time_zone)
    since = moment(today.replace(day=1), time(), user.time_zone)
    stages = list(Stage.objects.filter(pipeline=pipeline).order_by("position", "pk"))
    columns = {stage.pk: Column(stage) for stage in stages if stage.kind == StageKind.OPEN}
    ended = {stage.pk: Column(stage) for stage in stages if stage.kind != StageKind.OPEN}
    mine = deals.filter(pipeline=pipeline)
    over = mine.filter(closed_at__gte=since, status__in=[StageKind.WON, StageKind.LOST])
    _count(columns, mine.filter(status=StageKind.OPEN))
    _count(ended, over)
    _deal_out(columns, ended, mine, over, now, user)
    found = lines(read_months(mine), today)
    return Board(
        pipeline,
        [column for column in columns.values() if column.stage.archived_at is None or column.count],
        [column for column in ended.values() if column.stage.archived_at is None or column.count],
        found,
        altogether(found),
    )


def _count(columns: dict[int, Column], deals: DealQuerySet) -> None:
    rows = deals.order_by().values_list("stage_id", "currency").annotate(n=Count("pk"), total=Sum("amount"))
    for stage_id, currency, number, total in rows:
        if column := columns.get(stage_id):
            column.count += number
            if total is not None:
                column.sums[currency] = column.sums.get(currency, Decimal(0)) + total
    for column in columns.values():
        column.sums = dict(sorted(column.sums.items(), key=lambda pair: -pair[1]))


def _deal_out(
    columns: dict[int, Column],
    ended: dict[int, Column],
    open_ones: DealQuerySet,
    over: DealQuerySet,
    now: datetime,
    user: User,
) -> None:
    """Read the first cards of all columns in one query, and lay each in its column."""
    parts: list[Any] = [
        open_ones.filter(status=StageKind.OPEN, stage=pk)
        .order_by(F("expected_on").asc(nulls_last=True), "pk")
        .values(*CARD)[:SHOWN]
        for pk, column in columns.items()
        if column.count
    ]
    parts += [
        over.filter(stage=pk).order_by("-closed_at", "-pk").values(*CARD)[:ENDED]
        for pk, column in ended.items()
        if column.count
    ]
    if not parts:
        return
    today = local_day(now, user.time_zone)
    for row in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
        column = columns.get(row["stage_id"]) or ended[row["stage_id"]]
        column.cards.append(dress(row, column.stage.rotting_days, now, today))


def stages_to_move_to(user: User) -> list[tuple[Pipeline, Sequence[Stage]]]:
    """Every pipeline in use with its stages in use."""
    pipelines = pipelines_for(user).filter(archived_at__isnull=True).prefetch_related("stages")
    return [
        (pipeline, [stage for stage in pipeline.stages.all() if stage.archived_at is None]) for pipeline in pipelines
    ]
