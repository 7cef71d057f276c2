"""The figures under the dashboard: done this week, on time, first answer to a lead, open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Avg, Count, F, Q

from crm.models import Organisation, User
from crm.zones import local_day, moment
from followups.access import followups_for
from followups.reading.day import of_scope
from followups.reading.scopes import Scope

#: Everybody's figures are counted at most this often, and say their age.
KEPT = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a scope at `counted_at`. Shares are percentages, None without a case; minutes likewise."""

    done: int
    done_before: int
    on_time: int | None
    on_time_before: int | None
    first_answer: float | None
    answer_goal: int
    open: int
    yesterday_done: int
    today_done: int
    counted_at: datetime


def figures(user: User, scope: Scope, now: datetime) -> Figures:
    """The figures of a scope: read afresh for one person, kept for minutes for a team."""
    if len(scope.people) == 1:
        return _count(user, scope, now)
    key = f"followups.figures:{user.pk}:{scope.key}"
    kept: Figures | None = cache.get(key)
    if kept is None or kept.counted_at > now:
        kept = _count(user, scope, now)
        cache.set(key, kept, KEPT.total_seconds())
    return kept


def _count(user: User, scope: Scope, now: datetime) -> Figures:
    today = local_day(now, user.time_zone)
    midnight, day_before, monday, earlier = (
        moment(day, time(), user.time_zone)
        for day in (
            today,
            today - timedelta(days=1),
            today - timedelta(days=today.weekday()),
            today - timedelta(days=today.weekday() + 7),
        )
    )
    this_week, last_week = Q(completed_at__gte=monday), Q(completed_at__lt=monday)
    same_days = Q(completed_at__lt=now - timedelta(days=7))
    in_time = Q(completed_at__lte=F("due_by"))
    done = (
        followups_for(user)
        .filter(completed_by__in=scope.people, completed_at__gte=earlier, completed_at__lte=now)
        .aggregate(
            done=Count("pk", filter=this_week),
            done_before=Count("pk", filter=last_week & same_days),
            in_time=Count("pk", filter=this_week & in_time),
            all_before=Count("pk", filter=last_week),
            in_time_before=Count("pk", filter=last_week & in_time),
            yesterday_done=Count("pk", filter=Q(completed_at__gte=day_before, completed_at__lt=midnight)),
            today_done=Count("pk", filter=Q(completed_at__gte=midnight)),
            first_answer=Avg(F("completed_at") - F("created_at"), filter=Q(speed_to_lead=True)),
        )
    )
    return Figures(
        done=done["done"],
        done_before=done["done_before"],
        on_time=_share(done["in_time"], done["done"]),
        on_time_before=_share(done["in_time_before"], done["all_before"]),
        first_answer=_minutes(done["first_answer"]),
        answer_goal=Organisation.objects.current().speed_to_lead_minutes,
        open=of_scope(user, scope).count(),
        yesterday_done=done["yesterday_done"],
        today_done=done["today_done"],
        counted_at=now,
    )


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _minutes(span: Any) -> float | None:
    return span.total_seconds() / 60 if isinstance(span, timedelta) else None
