"""Putting an audience together for the first time, or anew after its condition was changed: all contacts, once.

Batches go by number, each with its own commit that also keeps the place, so that a kill costs one batch.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crm.audiences.comparing import Within, lock, recount, set_right
from crm.audiences.knowing import Known
from crm.audiences.refreshing import break_off
from crm.conditions.language import BadCondition
from crm.models import Audience
from crm.models.audience import AudienceState

BATCH = 5_000
DUE_SQL = "EXISTS (SELECT FROM crm_audience WHERE deleted_at IS NULL AND state = 'filling')"

_UP_TO = "SELECT max(id) FROM (SELECT id FROM crm_contact WHERE id > %s ORDER BY id LIMIT %s) AS next"


def fill_waiting(now: datetime) -> int:
    """Put together every audience that waits for it; returns how many contacts were looked at."""
    known, taken = Known(), 0
    waiting = Audience.objects.alive().filter(state=AudienceState.FILLING).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        while count := _fill_batch(pk, known, now):
            taken += count
    return taken


def _fill_batch(pk: int, known: Known, now: datetime) -> int:
    with transaction.atomic():
        lock(pk)
        audience = Audience.objects.alive().filter(pk=pk, state=AudienceState.FILLING).first()
        if audience is None:
            return 0
        same = Audience.objects.filter(pk=pk, version=audience.version)  # changed meanwhile, it begins anew
        with connection.cursor() as cursor:
            cursor.execute(_UP_TO, [audience.filled_to, BATCH])
            high = cursor.fetchone()[0]
        if high is None:
            same.update(state=AudienceState.READY, filled_to=0)
            recount([pk], now=now)
            return 0
        try:
            condition = known.of(audience)
        except BadCondition as problem:
            break_off(audience, problem)
            return 0
        within = Within(low=audience.filled_to, high=high)
        set_right(audience, condition, within, now=now, zone=known.zone, filling=True)
        same.update(filled_to=high)
        return BATCH
