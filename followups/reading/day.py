"""The day of one person or a team: what is overdue, due today and coming up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When

from crm.models import User
from crm.zones import day_after, local_day
from followups.access import followups_for, own_followups
from followups.models.followup import FollowUpQuerySet
from followups.reading.focus_order import Ranked, in_order
from followups.reading.rows import COLUMNS, Row, candidate, finish, rows_of
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
    if scope.is_mine:
        return own_followups(user).open()
    mine = followups_for(user).open()
    return mine.filter(assignee=scope.people[0]) if len(scope.people) == 1 else mine.filter(assignee__in=scope.people)


def totals(user: User, scope: Scope, edges: Edges) -> Totals:
    """Count a scope's overdue, today and week in one query over the open rows."""
    if scope.is_mine:
        return _own_totals(user, edges)
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


def _own_totals(user: User, edges: Edges) -> Totals:
    # What every dashboard asks: building the statement from querysets took four times as long as answering it.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE f.due_by <= %(now)s),
                count(*) FILTER (WHERE f.due_by > %(now)s AND f.due_by <= %(tonight)s),
                count(*) FILTER (WHERE f.due_by > %(tonight)s),
                coalesce(sum(t.default_minutes) FILTER (WHERE f.due_by <= %(tonight)s), 0)
            FROM followups_followup f
            JOIN followups_followuptype t ON t.id = f.type_id
            LEFT JOIN crm_contact c ON c.id = f.contact_id
            LEFT JOIN crm_partner p ON p.id = f.partner_id
            WHERE c.deleted_at IS NULL AND (f.contact_id IS NOT NULL OR p.deleted_at IS NULL)
                AND f.assignee_id = %(me)s AND f.status IN ('pending', 'in_progress', 'missed') AND f.deleted_at IS NULL
                AND f.due_by <= %(week)s AND (f.snoozed_until IS NULL OR f.snoozed_until <= %(now)s)
            """,
            {"me": user.pk, "now": edges.now, "tonight": edges.tonight, "week": edges.week},
        )
        return Totals(*cursor.fetchone())


def day_rows(
    user: User, scope: Scope, edges: Edges, counted: Totals, limit: int
) -> tuple[list[Row], list[Row], list[Row]]:
    """Overdue, today's, and the first `limit` of the week, by time; one query."""
    coming = of_scope(user, scope).awake(edges.now).filter(due_by__lte=edges.week).order_by("due_by", "pk")
    if counted.to_do <= MOST:
        rows = rows_of(coming[: counted.to_do + limit], edges.now, edges.zone)
    else:  # more than a day can hold: a part of each
        late = coming.filter(due_by__lte=edges.now).order_by(*_most_pressing(scope))
        today = coming.filter(due_by__gt=edges.now, due_by__lte=edges.tonight)
        parts = late[:MOST], today[:MOST], coming.filter(due_by__gt=edges.tonight)[:limit]
        first, *others = (part.values(*COLUMNS) for part in parts)
        rows = finish(first.union(*others, all=True), edges.now, edges.zone)
        rows.sort(key=lambda row: (row["due_by"], row["id"]))
    return (
        [row for row in rows if row["due_by"] <= edges.now],
        [row for row in rows if edges.now < row["due_by"] <= edges.tonight],
        [row for row in rows if row["due_by"] > edges.tonight],
    )


def _most_pressing(scope: Scope) -> list[Any]:
    """Running clocks and the urgent first in one's own day, the oldest first in a team's."""
    by_time = [F("due_by"), F("pk")]
    return [F("speed_to_lead").desc(), BY_PRIORITY, *by_time] if scope.is_mine else by_time


def put_in_order(rows: list[Row], edges: Edges) -> tuple[list[Row], dict[int, str]]:
    """Put rows in the order that pays most; returns them and each one's reason."""
    ranked: list[Ranked] = in_order([candidate(row) for row in rows], edges.now, edges.zone)
    by_id = {row["id"]: row for row in rows}
    return [by_id[one.id] for one in ranked], {one.id: one.reason for one in ranked}
