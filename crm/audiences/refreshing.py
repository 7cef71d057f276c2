"""The sweep that keeps dynamic audiences fresh: who changed, and what the clock alone has changed (A5).

A batch of changed contacts is claimed by deleting it, compared with every dynamic audience, and committed as one: a kill
in between leaves the batch for the next worker. Nobody is looked at who did not change.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from crm.audiences.comparing import Within, ids_sql, lock, set_right
from crm.audiences.knowing import Known, sentence
from crm.conditions.language import BadCondition
from crm.conditions.passing_time import crossing
from crm.models import Audience
from crm.models.audience import AudienceKind, AudienceState

BATCH = 2_000
#: How many batches one run takes, so that nothing urgent waits long behind an import.
MOST_BATCHES = 5
#: How often the clock is looked at for an audience.
CLOCK = timedelta(minutes=5)
DUE_SQL = (
    "EXISTS (SELECT FROM crm_changedcontact) OR EXISTS (SELECT FROM crm_audience WHERE deleted_at IS NULL"
    f" AND kind = 'dynamic' AND checked_until <= %(now)s - interval '{CLOCK.seconds} seconds')"
)

# What another worker has claimed is left to it, and whom somebody is changing now to a later run. The contacts are locked
# at once in the order of ids, as everybody does: each audience begins with the first of them anew.
_CLAIM = """
DELETE FROM crm_changedcontact WHERE contact_id IN (
    SELECT w.contact_id FROM crm_changedcontact w JOIN crm_contact c ON c.id = w.contact_id
    ORDER BY w.contact_id LIMIT %s FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED
) RETURNING contact_id
"""
_ERASED = """
DELETE FROM crm_changedcontact w WHERE NOT EXISTS (SELECT FROM crm_contact c WHERE c.id = w.contact_id)
"""
_NOTE_CROSSING = """
INSERT INTO crm_changedcontact (contact_id, changed_at) SELECT found.id, %s FROM ({rows}) AS found ORDER BY found.id
ON CONFLICT (contact_id) DO NOTHING
"""


def refresh(now: datetime) -> int:
    """Look at the clock, then at everybody who changed; returns how many contacts were looked at."""
    known = Known()
    look_at_clock(known, now)
    taken = 0
    for _ in range(MOST_BATCHES):
        taken += (count := _refresh_batch(known, now))
        if count < BATCH:
            break
    return taken


def look_at_clock(known: Known, now: datetime) -> None:
    """Have those looked at whose answer may have changed by time alone since the clock was last looked at.

    Without the audience's lock, which whoever has claimed one of these contacts may be waiting for. Two at once note the
    same contacts, and the first keeps how far it came.
    """
    due = Audience.objects.alive().filter(kind=AudienceKind.DYNAMIC, checked_until__lte=now - CLOCK)
    for audience in due.order_by("pk"):
        since = audience.checked_until
        assert since is not None
        try:
            crossed = crossing(known.of(audience), since, now, known.zone)
        except BadCondition as problem:
            break_off(audience, problem)
            continue
        with transaction.atomic():
            if crossed is not None:
                _note_crossing(crossed, now)
            Audience.objects.filter(pk=audience.pk, checked_until=since).update(checked_until=now)


def break_off(audience: Audience, problem: BadCondition) -> None:
    """Leave the members as they are until somebody changes the condition, and say why."""
    Audience.objects.filter(pk=audience.pk, version=audience.version).update(
        state=AudienceState.BROKEN, problem=sentence(problem), checked_until=None
    )


def _note_crossing(crossed: Q, now: datetime) -> None:
    rows, values = ids_sql(crossed)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_CROSSING.format(rows=rows), [now, *values])


def _refresh_batch(known: Known, now: datetime) -> int:
    """Claim a batch and bring every audience up to date with it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [BATCH])
            ids = sorted(row[0] for row in cursor.fetchall())
            if len(ids) < BATCH:
                cursor.execute(_ERASED)
        if not ids:
            return 0
        wanted = Audience.objects.alive().filter(kind=AudienceKind.DYNAMIC).exclude(state=AudienceState.BROKEN)
        for pk in list(wanted.order_by("pk").values_list("pk", flat=True)):
            lock(pk)
            audience = wanted.filter(pk=pk).first()  # as it is now that nobody else is at it
            if audience is not None:
                _refresh_one(audience, ids, known, now)
    return len(ids)


def _refresh_one(audience: Audience, ids: list[int], known: Known, now: datetime) -> None:
    if audience.state == AudienceState.FILLING:  # the others are still to be looked at, and will be
        ids = [pk for pk in ids if pk <= audience.filled_to]
        if not ids:
            return
    try:
        condition = known.of(audience)
    except BadCondition as problem:
        break_off(audience, problem)
        return
    set_right(audience, condition, Within(ids), now=now, zone=known.zone)
