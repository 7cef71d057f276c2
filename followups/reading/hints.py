"""The facts behind the dashboard's suggestions, in two queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Q

from crm.access import contacts_for
from crm.models import Absence, User
from crm.zones import local_day
from followups.lifecycle import OPEN
from followups.reading.rows import NAME_COLUMNS, contact_name
from followups.reading.scopes import Scope
from followups.reading.suggestions import Away, Unanswered

#: Attempts in a row without an answer that suggest to let a lead go.
IN_VAIN = 3


def absences(user: User, scope: Scope, now: datetime) -> list[Away]:
    """Who of a scope is away now or soon, and how many of their open follow-ups fall into it."""
    today = local_day(now, user.time_zone)
    concerned = Q(user__in=scope.people) | Q(user__deputy=user)
    theirs = Q(user__followups__status__in=OPEN, user__followups__deleted_at__isnull=True)
    within = Q(
        user__followups__due_by__date__gte=F("starts_on"),
        user__followups__due_by__date__lte=F("ends_on") + timedelta(days=1),
    )
    found = (
        Absence.objects.filter(
            concerned, ends_on__gte=today, starts_on__lte=today + timedelta(days=7), user__is_active=True
        )
        .annotate(due=Count("user__followups", filter=theirs & within))
        .order_by("starts_on", "pk")
        .select_related("user")[:3]
    )
    return [
        Away(one.user_id, one.user.first_name, one.user_id == user.pk, one.starts_on, one.ends_on, one.due)  # type: ignore[attr-defined]  # counted above
        for one in found
    ]


def unanswered(user: User, scope: Scope, now: datetime, show: int = 2) -> list[Unanswered]:
    """Leads whose last IN_VAIN completed follow-ups, one of them lately by somebody of the scope, reached nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM (
                SELECT contact_id, max(completed_at) AS lately FROM followups_followup
                WHERE completed_by_id = ANY(%(people)s) AND completed_at > %(since)s AND deleted_at IS NULL
                    AND contact_id IS NOT NULL
                GROUP BY contact_id ORDER BY lately DESC LIMIT 200) recent
            JOIN crm_contact c ON c.id = recent.contact_id
            CROSS JOIN LATERAL (
                SELECT count(*) AS tried, bool_and(x.sense = 'no_contact') AS in_vain FROM (
                    SELECT o.sense FROM followups_followup f JOIN followups_outcome o ON o.id = f.outcome_id
                    WHERE f.contact_id = c.id AND f.deleted_at IS NULL AND f.completed_at IS NOT NULL
                    ORDER BY f.completed_at DESC LIMIT %(in_vain)s) x) last
            WHERE c.lifecycle IN ('new', 'working', 'qualified') AND last.in_vain AND last.tried = %(in_vain)s
            ORDER BY recent.lately DESC LIMIT %(show)s
            """,
            {"people": list(scope.people), "since": now - timedelta(days=14), "in_vain": IN_VAIN, "show": show},
        )
        ids = [row[0] for row in cursor.fetchall()]
    # The door, asked even for nothing, so that a page always costs the same.
    rows = contacts_for(user).filter(pk__in=ids or [0]).values(*NAME_COLUMNS)
    return [Unanswered(row["id"], contact_name(row, prefix=""), IN_VAIN) for row in rows]
