"""Whether audiences hold whom they describe: asked of a sample of contacts, the long way round."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Q

from crm.audiences.comparing import moment_of
from crm.audiences.knowing import Known
from crm.conditions.compiling import as_q
from crm.conditions.language import BadCondition
from crm.conditions.passing_time import crossing
from crm.models import Audience, AudienceMember, Contact
from crm.models.audience import AudienceKind, AudienceState

SAMPLE = 500

# Spread over all numbers; without those of whom something is still to be told or looked at.
_SAMPLE = """
SELECT c.id FROM (
    SELECT DISTINCT low + floor(random() * (high - low + 1))::bigint AS id
    FROM (SELECT min(id) AS low, max(id) AS high FROM crm_contact) AS span, generate_series(1, %s)
) AS drawn JOIN crm_contact c ON c.id = drawn.id
WHERE NOT EXISTS (SELECT FROM crm_changedcontact w WHERE w.contact_id = c.id) AND NOT EXISTS (
    SELECT FROM crm_pendingevent p JOIN crm_event e ON e.id = p.event_id WHERE e.contact_id = c.id)
"""


def members_off(now: datetime) -> int:
    """How many of a sample of contacts are in an audience that does not describe them, or not in one that does."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, [SAMPLE])
        ids = [row[0] for row in cursor.fetchall()]
    known = Known()
    ready = Audience.objects.alive().filter(kind=AudienceKind.DYNAMIC, state=AudienceState.READY)
    return sum(_off(audience, ids, known, now) for audience in ready.order_by("pk"))


def _off(audience: Audience, ids: list[int], known: Known, now: datetime) -> int:
    try:
        condition = known.of(audience)
    except BadCondition:  # it will be found broken when next looked at
        return 0
    at = moment_of(audience, now)
    fits = as_q(condition, now=at, zone=known.zone)
    wanted = set(Contact.objects.filter(fits, pk__in=ids, deleted_at__isnull=True).values_list("pk", flat=True))
    inside = dict(
        AudienceMember.objects.filter(audience=audience, contact__in=ids).values_list("contact_id", "by_hand")
    )
    wrong = {pk for pk in wanted ^ set(inside) if not inside.get(pk)}
    moving = crossing(condition, audience.checked_until, at, known.zone) if audience.checked_until else None
    if wrong and moving is not None:  # the clock is to be looked at again within minutes
        wrong -= set(Contact.objects.filter(Q(pk__in=wrong), moving).values_list("pk", flat=True))
    return len(wrong)
