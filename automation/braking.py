"""The brake: an automation that more people enter in a day than was expected pauses itself and says so (D14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import connection

from automation.models import Automation, EntryCount
from crm.models import Organisation
from crm.zones import local_day


def room(automation_ids: Collection[int], now: datetime) -> dict[int, int | None]:
    """How many more may enter each today before its brake pulls; None for no brake. The counts stay locked until the
    caller's transaction ends, so that two callers never share the last place."""
    brakes = dict(Automation.objects.filter(pk__in=automation_ids).values_list("pk", "brake"))
    braked = {pk: brake for pk, brake in brakes.items() if brake is not None}
    entered = _locked(braked, _today(now)) if braked else {}
    return {pk: None if brake is None else max(0, brake - entered[pk]) for pk, brake in brakes.items()}


def count(entered: Mapping[int, int], now: datetime) -> None:
    """Note how many have entered. Call in the transaction of `room`."""
    if not entered:
        return
    pks = sorted(entered)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE automation_entrycount c SET entered = c.entered + t.number
            FROM unnest(%s::bigint[], %s::int[]) AS t(automation_id, number)
            WHERE c.automation_id = t.automation_id AND c.day = %s
            """,
            [pks, [entered[pk] for pk in pks], _today(now)],
        )


def count_anew(automation_ids: Collection[int], *, now: datetime) -> None:
    """Begin the day's count anew: a person has looked and lets it go on."""
    EntryCount.objects.filter(automation__in=automation_ids, day=_today(now)).update(entered=0)


def brake_for(forecast: int, *, factor: int, least: int) -> int:
    """How many may enter in a day, where so many are expected."""
    return max(least, forecast * factor)


def _today(now: datetime) -> date:
    return local_day(now, Organisation.objects.current().time_zone)


def _locked(automation_ids: Iterable[int], day: date) -> dict[int, int]:
    """What was counted so far, with the rows locked in the order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO automation_entrycount (automation_id, day, entered)
            SELECT pk, %s, 0 FROM unnest(%s::bigint[]) AS t(pk) ORDER BY pk
            ON CONFLICT (automation_id, day) DO UPDATE SET entered = automation_entrycount.entered
            RETURNING automation_id, entered
            """,
            [day, sorted(automation_ids)],
        )
        return dict(cursor.fetchall())
