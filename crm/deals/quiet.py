"""Deals that have gone quiet: no move and no real contact for longer than their stage allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThanOrEqual


def quiet_days(
    stage_since: datetime, last_two_way_at: datetime | None, rotting_days: int | None, now: datetime
) -> int | None:
    """Whole days of silence, where they are as many as the stage allows or more; else None."""
    if rotting_days is None:
        return None
    since = max(stage_since, last_two_way_at or stage_since)
    return (now - since).days if since + timedelta(days=rotting_days) <= now else None


def gone_quiet(now: datetime) -> Q:
    """The same over the table of deals: open ones whose stage says when they are quiet.

    The days are multiplied into a span of 24 hours each, as above. PostgreSQL's GREATEST passes over empty values.
    """
    since = Greatest(F("stage_since"), F("contact__last_two_way_at"))
    allowed = ExpressionWrapper(
        since + F("stage__rotting_days") * Value(timedelta(days=1)), output_field=DateTimeField()
    )
    return Q(status="open", stage__rotting_days__isnull=False) & Q(
        LessThanOrEqual(allowed, Value(now, output_field=DateTimeField()))
    )
