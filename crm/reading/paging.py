"""Pages by key in both directions, for lists of `.values()` rows; empty values come last whichever way it is sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

SALT = "crm.pages"
#: Counting for a heading stops here: "more than 1,000".
MOST_COUNTED = 1_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sort:
    """Columns of one direction, the id after them. `nullable`: the first column may be empty."""

    name: str
    fields: tuple[str, ...]
    descending: bool = False
    nullable: bool = False

    def by(self, *, backwards: bool) -> list[OrderBy]:
        """What to order by, turned round for the page before."""
        down = self.descending != backwards
        found = []
        for place, name in enumerate((*self.fields, "pk")):
            nulls = {"nulls_first" if backwards else "nulls_last": True} if self.nullable and place == 0 else {}
            found.append(F(name).desc(**nulls) if down else F(name).asc(**nulls))
        return found

    def beyond(self, values: Sequence[Any], pk: int, *, backwards: bool) -> Q:
        """The rows past the one with these values, in the direction of reading."""
        further = "lt" if self.descending != backwards else "gt"
        first = self.fields[0]
        if self.nullable and values[0] is None:
            same = Q(**{f"{first}__isnull": True, f"pk__{further}": pk})
            return same | Q(**{f"{first}__isnull": False}) if backwards else same
        found, same = Q(), Q()
        for name, value in [*zip(self.fields, values, strict=True), ("pk", pk)]:
            found |= same & Q(**{f"{name}__{further}": value})
            same &= Q(**{name: value})
        if self.nullable:
            return found if backwards else found | Q(**{f"{first}__isnull": True})
        return Q(**{f"{first}__{further}e": values[0]}) & found  # lets the index skip to the place


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the cursors of the pages before and after; empty where there is none."""

    rows: list[Row]
    earlier: str = ""
    later: str = ""


def page_of(
    rows: QuerySet[Model], sort: Sort, columns: Sequence[str], *, after: str = "", before: str = "", size: int = 50
) -> Page:
    """One page after or before a cursor; one that we did not make means the first page."""
    back = _read(before, sort) if before else None
    forth = _read(after, sort) if after and not back else None
    if place := back or forth:
        rows = rows.filter(sort.beyond(*place, backwards=bool(back)))
    wanted = dict.fromkeys(["id", *sort.fields, *columns])
    found = list(rows.order_by(*sort.by(backwards=bool(back))).values(*wanted)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    return Page(
        found,
        earlier=_write(sort, found[0]) if found and (more if back else bool(forth)) else "",
        later=_write(sort, found[-1]) if found and (more or back) else "",
    )


def some(rows: QuerySet[Model]) -> tuple[int, bool]:
    """How many there are, up to MOST_COUNTED, and whether there are more."""
    found = rows.order_by()[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def _write(sort: Sort, row: Row) -> str:
    values = [_plain(row[name]) for name in sort.fields]
    return signing.dumps([sort.name, values, row["id"]], salt=SALT, compress=True)


def _plain(value: Any) -> Any:
    """A value as JSON holds it, to the last decimal."""
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def _read(cursor: str, sort: Sort) -> tuple[list[Any], int] | None:
    try:
        name, values, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return (values, pk) if name == sort.name and len(values) == len(sort.fields) else None
