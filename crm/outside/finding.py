"""Whose an event of another system is: the contacts that were named, through the door of the person who sends."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from crm.access import contacts_for
from crm.duplicates import find_same
from crm.models import User
from crm.outside.reading import Named

# Other systems go on naming the one that was merged away. The steps are few, and counted so that no ring goes on for ever.
_MERGED_INTO = """
WITH RECURSIVE way AS (
    SELECT c.id AS named, c.external_id, m.kept_id, 1 AS step FROM crm_contact c JOIN crm_merge m ON m.gone_id = c.id
    WHERE (c.id = ANY(%s) OR (c.external_id = ANY(%s) AND c.external_id <> ''))
        AND c.deleted_at IS NOT NULL AND m.undone_at IS NULL
    UNION ALL
    SELECT way.named, way.external_id, m.kept_id, way.step + 1 FROM way JOIN crm_merge m ON m.gone_id = way.kept_id
    WHERE m.undone_at IS NULL AND way.step < 20
)
SELECT named, external_id, kept_id FROM way ORDER BY step
"""


def find_contacts(named: Sequence[Named], *, by: User) -> list[int | None]:
    """The contact of each, in order, in a fixed number of statements; None for nobody, or nobody whom `by` may see.

    An external id goes before an address. An address that several people share names none of them. One that was
    merged away stands for the one that was kept.
    """
    keys = {("id", one.external_id) for one in named if one.external_id} | {
        ("email", one.email) for one in named if one.email
    }
    held = find_same(keys)
    found = [one.id or held.get(("id", one.external_id)) or held.get(("email", one.email)) for one in named]
    seen = _seen({pk for pk in found if pk}, by)
    missing = [place for place, pk in enumerate(found) if pk not in seen]
    if missing:
        kept = _kept([named[place] for place in missing])
        for place in missing:
            one = named[place]
            found[place] = kept.get(one.id or one.external_id)
        seen |= _seen({pk for place in missing if (pk := found[place])}, by)
    return [pk if pk in seen else None for pk in found]


def _seen(ids: Collection[int], by: User) -> set[int]:
    return set(contacts_for(by).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def _kept(named: Sequence[Named]) -> dict[int | str, int]:
    """Whom they were merged into, by number and by external id."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED_INTO, [[one.id for one in named if one.id], [one.external_id for one in named]])
        rows = cursor.fetchall()
    found: dict[int | str, int] = {}
    for number, external_id, kept in rows:  # the last step of each way comes last
        found[number] = kept
        if external_id:
            found[external_id] = kept
    return found
