"""Audiences that ask for other audiences: kept in a table, so that no loop is ever saved and changes are passed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection

from crm.models import Audience, AudienceNesting

#: Any number that no other advisory lock of this application uses.
LOCK = 730_300


def hold() -> None:
    """Let nobody else change who asks for whom until the transaction ends: two changes could close a loop together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def loop_through(audience_id: int, inner: Collection[int]) -> list[int]:
    """The way from this audience through those it would ask for back to itself; empty if there is none."""
    asks: dict[int, list[int]] = {}
    for outer, asked in AudienceNesting.objects.filter(outer__deleted_at__isnull=True).values_list("outer", "inner"):
        asks.setdefault(outer, []).append(asked)
    asks[audience_id] = list(inner)
    return _way(audience_id, asks)


def _way(start: int, asks: dict[int, list[int]]) -> list[int]:
    """The shortest way along `asks` from `start` back to it."""
    reached: dict[int, list[int]] = {one: [start, one] for one in asks.get(start, ())}
    waiting = list(reached)
    while waiting:
        one = waiting.pop(0)
        if one == start:
            return reached[one]
        for below in asks.get(one, ()):
            if below not in reached:
                reached[below] = [*reached[one], below]
                waiting.append(below)
    return []


def loop_in_words(way: Iterable[int]) -> str:
    """ "“A” asks for “B”, which asks for “A” again."""
    ids = list(way)
    names = dict(Audience.objects.filter(pk__in=ids).values_list("pk", "name"))
    said = [f"“{names.get(pk, pk)}”" for pk in ids]
    return (
        f"{said[0]} asks for " + ", which asks for ".join(said[1:]) + " again. An audience cannot be found by itself."
    )


def keep(audience_id: int, inner: Collection[int]) -> None:
    """Note what the audience asks for now."""
    AudienceNesting.objects.filter(outer=audience_id).exclude(inner__in=inner).delete()
    AudienceNesting.objects.bulk_create(
        [AudienceNesting(outer_id=audience_id, inner_id=pk) for pk in sorted(inner)], ignore_conflicts=True
    )


def used_in(audience_ids: Collection[int], *, but: Collection[int] = ()) -> dict[int, list[Audience]]:
    """The living audiences that ask for each of these, by name, but for some."""
    found: dict[int, list[Audience]] = {}
    rows = AudienceNesting.objects.filter(inner__in=audience_ids, outer__deleted_at__isnull=True)
    for row in rows.exclude(outer__in=but).select_related("outer").order_by("outer__name"):
        found.setdefault(row.inner_id, []).append(row.outer)
    return found
