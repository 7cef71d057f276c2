"""Templates of single follow-ups at work: when what they make is due, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Model, Q

from crm.zones import local_day, moment
from followups.due import Due
from followups.models import FollowUp, FollowUpSet, FollowUpTemplate, Sense, Status


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a template was used, how many of those were completed, and with how many the outcome was positive."""

    used: int = 0
    completed: int = 0
    positive: int = 0

    @property
    def success(self) -> int | None:
        """Per cent of the completed that came out well; None before there is one."""
        return round(100 * self.positive / self.completed) if self.completed else None


def usage(templates: Sequence[FollowUpTemplate]) -> dict[int, Usage]:
    """What came of the follow-ups made from each, one query for all."""
    return _usage("template", templates)


def set_usage(sets: Sequence[FollowUpSet]) -> dict[int, Usage]:
    """What came of the follow-ups of each set, one query for all."""
    return _usage("made_by_set", sets)


def _usage(column: str, entries: Sequence[Model]) -> dict[int, Usage]:
    rows = (
        FollowUp.objects.alive()
        .filter(**{f"{column}__in": entries})
        .values_list(f"{column}_id")
        .annotate(
            used=Count("pk"),
            completed=Count("pk", filter=Q(status=Status.COMPLETED)),
            positive=Count("pk", filter=Q(status=Status.COMPLETED, outcome__sense=Sense.POSITIVE)),
        )
        .order_by()
    )
    return {one.pk: Usage() for one in entries} | {pk: Usage(*counts) for pk, *counts in rows}


def due_of(template: FollowUpTemplate, now: datetime, zone_name: str) -> Due:
    """When a follow-up made from the template now is due: so many days on, at its time of day if it has one; a time
    that has passed today means tomorrow's."""
    return due_after(template.delay_days, template.due_time, since=now, now=now, zone_name=zone_name)


def due_after(days: int, due_time: time | None, *, since: datetime, now: datetime, zone_name: str) -> Due:
    """So many local days after `since`, at the time of day if one is given; never a day or a time that has passed
    already: an occasion that is heard of late makes nothing that is late from the start."""
    today = local_day(now, zone_name)
    day = max(local_day(since, zone_name) + timedelta(days=days), today)
    if due_time is None:
        return Due(on=day)
    at = moment(day, due_time, zone_name)
    return Due(at=at if at > now else moment(today + timedelta(days=1), due_time, zone_name))
