"""Who belongs and is not in yet, who is in and belongs no more: found and set right in one statement, with its events.

Whoever compares holds the audience's lock, so that an older answer never overwrites a newer one; and compares as of a
moment that no clock check of that audience has passed already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest

from crm.conditions.compiling import as_q
from crm.conditions.tree import Condition
from crm.models import Audience, Contact
from crm.timeline import Happening, record_same

#: Any number that no other advisory lock of this application uses; the second key is the audience.
LOCK_SPACE = 7302


@dataclass(frozen=True, slots=True)
class Within:
    """The contacts to look at: these, or all with numbers past `low` up to `high`."""

    ids: Sequence[int] | None = None
    low: int = 0
    high: int = 0

    def condition(self) -> Q:
        if self.ids is None:
            return Q(pk__gt=self.low, pk__lte=self.high)
        # As a row source: the plan then goes from these contacts to their records, however many records there are.
        return Q(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(self.ids)]))

    def members_sql(self) -> tuple[str, list[Any]]:
        if self.ids is not None:
            return "m.contact_id = ANY(%s)", [list(self.ids)]
        return "m.contact_id > %s AND m.contact_id <= %s", [self.low, self.high]


# `truth` is worked out once. What is there already, by hand or not, stays as it is.
_SET_RIGHT = """
WITH truth AS MATERIALIZED ({truth}),
gone AS (
    DELETE FROM crm_audiencemember m WHERE m.audience_id = %s AND NOT m.by_hand AND {within}
        AND NOT EXISTS (SELECT FROM truth WHERE truth.id = m.contact_id) RETURNING m.contact_id
),
come AS (
    INSERT INTO crm_audiencemember (audience_id, contact_id, since, by_hand)
    SELECT %s, truth.id, %s, false FROM truth ORDER BY truth.id
    ON CONFLICT (audience_id, contact_id) DO NOTHING RETURNING contact_id
)
SELECT true, contact_id FROM come UNION ALL SELECT false, contact_id FROM gone
"""


def ids_sql(fits: Q) -> tuple[str, tuple[Any, ...]]:
    """The statement for the ids of the living contacts that fit, with its values."""
    try:
        return Contact.objects.filter(fits, deleted_at__isnull=True).order_by().values("id").query.sql_with_params()
    except EmptyResultSet:  # nobody can
        return "SELECT id FROM crm_contact WHERE false", ()


def lock(audience_id: int) -> None:
    """Wait until nobody else compares this audience; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, audience_id % 2**31])


def moment_of(audience: Audience, now: datetime) -> datetime:
    """As of when to compare: never before what the clock has been looked at until."""
    return max(now, audience.checked_until or now)


def set_right(
    audience: Audience, condition: Condition, within: Within, *, now: datetime, zone: str, filling: bool = False
) -> tuple[int, int]:
    """Let come who belongs and go who does not, of the contacts to look at; returns how many of each.

    Call inside a transaction, with the audience's lock.
    """
    at = moment_of(audience, now)
    truth, values = ids_sql(within.condition() & as_q(condition, now=at, zone=zone, few=True))
    part, more = within.members_sql()
    with connection.cursor() as cursor:
        cursor.execute(_SET_RIGHT.format(truth=truth, within=part), [*values, audience.pk, *more, audience.pk, at])
        found = cursor.fetchall()
    come = sorted(pk for is_in, pk in found if is_in)
    gone = sorted(pk for is_in, pk in found if not is_in)
    tell(audience, "audience_joined", come, now=now, filling=filling)
    tell(audience, "audience_left", gone, now=now, filling=filling)
    if come or gone:
        add_to_count(audience.pk, len(come) - len(gone), now=now)
    return len(come), len(gone)


def tell(
    audience: Audience,
    kind: str,
    contact_ids: Sequence[int],
    *,
    now: datetime,
    by: int | None = None,
    filling: bool = False,
) -> None:
    """One event for each contact that came or went."""
    data: dict[str, Any] = {"audience": audience.name, "audience_id": audience.pk, "filling": filling}
    template = Happening(
        kind,
        None,
        now,
        actor="person" if by else "system",
        user_id=by,
        subject_kind="audience",
        subject_id=audience.pk,
        data=data,
    )
    record_same(template, contact_ids, now=now)


def add_to_count(audience_id: int, change: int, *, now: datetime) -> None:
    Audience.objects.filter(pk=audience_id).update(count=Greatest(F("count") + change, 0), counted_at=now)


def recount(audience_ids: Sequence[int], *, now: datetime) -> None:
    """Count members anew. A deleted contact that was put in by hand does not count; one that is in by the condition is
    about to leave, and counts until then.

    The audiences are locked first, in the order in which the sweep takes them, and counted by a statement of its own:
    it then sees the members of whoever was waited for. Call inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM crm_audience WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(audience_ids)])
        cursor.execute(
            """
            UPDATE crm_audience a SET counted_at = %s, count = (
                SELECT count(*) FROM crm_audiencemember m JOIN crm_contact c ON c.id = m.contact_id
                WHERE m.audience_id = a.id AND (c.deleted_at IS NULL OR NOT m.by_hand))
            WHERE a.id = ANY(%s)
            """,
            [now, list(audience_ids)],
        )
