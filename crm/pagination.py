"""Pages by key: a cursor says after which row to go on, so that page 1,000 costs what page 1 does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

M = TypeVar("M", bound=Model)
SALT = "followthrough.cursor"
MOST = 200


class BadCursor(ValueError):
    """A cursor that we did not make, or made for another order."""


class BadSort(ValueError):
    """An order that the list does not have, with the sentence to show."""


@dataclass(frozen=True, slots=True)
class Order:
    """A list's order: `fields` of equal direction, the primary key last; empty values come at the end."""

    name: str
    fields: tuple[str, ...]
    descending: bool
    nullable: bool = False

    def by(self) -> list[OrderBy]:
        columns = (*self.fields, "pk")
        return [
            F(name).desc(nulls_last=self.nullable or None)
            if self.descending
            else F(name).asc(nulls_last=self.nullable or None)
            for name in columns
        ]

    def after(self, values: Sequence[Any], pk: int) -> Q:
        """The rows that come after the one with these values."""
        beyond = "lt" if self.descending else "gt"
        columns = [*zip(self.fields, values, strict=True), ("pk", pk)]
        found, same = Q(), Q()
        for name, value in columns:
            if value is None:  # nothing comes after an empty value but more empty ones
                same &= Q(**{f"{name}__isnull": True})
                continue
            further = Q(**{f"{name}__{beyond}": value})
            if self.nullable and name != "pk":
                further |= Q(**{f"{name}__isnull": True})
            found |= same & further
            same &= Q(**{name: value})
        first = values[0] if values else None
        if first is not None and not self.nullable:  # lets the index skip to the place
            return Q(**{f"{self.fields[0]}__{beyond}e": first}) & found
        return found


def order_of(sort: str, orders: Mapping[str, tuple[str, ...]], *, nullable: Sequence[str] = ()) -> Order:
    """Read `sort` (a name, with - for descending). Raises BadSort."""
    name = sort.removeprefix("-")
    if name not in orders:
        raise BadSort(
            f"This list is not sorted by “{name}”. It knows: {', '.join(orders)}; - before it turns it round."
        )
    return Order(sort, orders[name], sort.startswith("-"), name in nullable)


def page(rows: QuerySet[M], order: Order, *, cursor: str = "", limit: int = 50) -> tuple[list[M], str | None]:
    """Up to `limit` rows after the cursor, and the cursor of the next page. Raises BadCursor."""
    if cursor:
        rows = rows.filter(order.after(*_read(cursor, order)))
    found = list(rows.order_by(*order.by())[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], _write(order, [getattr(last, name) for name in order.fields], last.pk)


def _write(order: Order, values: Sequence[Any], pk: int) -> str:
    plain = [
        value.isoformat() if isinstance(value, date | datetime) else str(value) if isinstance(value, Decimal) else value
        for value in values
    ]
    return signing.dumps([order.name, plain, pk], salt=SALT, compress=True)


def _read(cursor: str, order: Order) -> tuple[list[Any], int]:
    try:
        name, values, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise BadCursor("This cursor is not one of ours. Take “next” from the page before.") from None
    if name != order.name or len(values) != len(order.fields):
        raise BadCursor(f"This cursor belongs to the order “{name}”. Keep `sort` the same from page to page.")
    return values, pk
