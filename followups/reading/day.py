"""The day of one person or a team: what is overdue, due today and coming up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When

from crm.models import User
from crm.zones import day_after, local_day
from followups.access import followups_for
from followups.models.followup import FollowUpQuerySet
from followups.reading.focus_order import Ranked, in_order
from followups.reading.rows import Row, candidate, rows_of
from followups.reading.scopes import Scope

#: A day is put in order from so many of its rows; past that the list page is the place.
MOST = 200
#: "This week" is the coming seven days, so that it never runs empty on a Friday.
WEEK = timedelta(days=7)

BY_PRIORITY = Case(
    When(priority="urgent", then=Value(0)), When(priority="high", then=Value(1)), When(priority="medium", then=Value(2)),
    default=Value(3), output_field=IntegerField(),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edges:
    """The moments that cut a person's time: the end of their day and of the seven days after it."""

    now: datetime
    zone: ZoneInfo
    tonight: datetime
    week: datetime

    @classmethod
    def of(cls, user: User, now: datetime) -> Edges:
        """The edges in the person's own zone."""
        today = local_day(now, user.time_zone)
        return cls(
            now,
            ZoneInfo(user.time_zone),
            day_after(today, user.time_zone),
            day_after(today + WEEK, user.time_zone),
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is, snoozed left out; `minutes` is what overdue and today take by their types."""

    overdue: int
    today: int
    week: int
    minutes: int

    @property
    def to_do(self) -> int:
        return self.overdue + self.today


def of_scope(user: User, scope: Scope) -> FollowUpQuerySet:
    """The open follow-ups of a scope, through the door."""
    mine = followups_for(user).open()
    return mine.filter(assignee=scope.people[0]) if len(scope.people) == 1 else mine.filter(assignee__in=scope.people)


def totals(user: User, scope: Scope, edges: Edges) -> Totals:
    """Count a scope's overdue, today and week in one query over the open rows."""
    until_tonight = Q(due_by__lte=edges.tonight)
    counted = (
        of_scope(user, scope)
        .awake(edges.now)
        .filter(due_by__lte=edges.week)
        .aggregate(
            overdue=Count("pk", filter=Q(due_by__lte=edges.now)),
            today=Count("pk", filter=until_tonight & Q(due_by__gt=edges.now)),
            week=Count("pk", filter=~until_tonight),
            minutes=Sum("type__default_minutes", filter=until_tonight, default=0),
        )
    )
    return Totals(**counted)


def overdue_rows(user: User, scope: Scope, edges: Edges, limit: int = MOST) -> list[Row]:
    """Overdue and awake, running clocks and the urgent first."""
    late = of_scope(user, scope).awake(edges.now).filter(due_by__lte=edges.now)
    order = [F("speed_to_lead").desc(), BY_PRIORITY, F("due_by"), F("pk")] if scope.is_mine else [F("due_by"), F("pk")]
    return rows_of(late.order_by(*order)[:limit], edges.now, edges.zone)


def today_rows(user: User, scope: Scope, edges: Edges, limit: int = MOST) -> list[Row]:
    """Due by the end of the person's day and not overdue yet, by time."""
    due = of_scope(user, scope).awake(edges.now).filter(due_by__gt=edges.now, due_by__lte=edges.tonight)
    return rows_of(due.order_by("due_by", "pk")[:limit], edges.now, edges.zone)


def week_rows(user: User, scope: Scope, edges: Edges, limit: int) -> list[Row]:
    """Due in the seven days after today, by time."""
    due = of_scope(user, scope).awake(edges.now).filter(due_by__gt=edges.tonight, due_by__lte=edges.week)
    return rows_of(due.order_by("due_by", "pk")[:limit], edges.now, edges.zone)


def put_in_order(rows: list[Row], edges: Edges) -> tuple[list[Row], dict[int, str]]:
    """Put rows in the order that pays most; returns them and each one's reason."""
    ranked: list[Ranked] = in_order([candidate(row) for row in rows], edges.now, edges.zone)
    by_id = {row["id"]: row for row in rows}
    return [by_id[one.id] for one in ranked], {one.id: one.reason for one in ranked}
