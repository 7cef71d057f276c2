"""The follow-up list: orders, columns, and pages by key in both directions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from django.core import signing
from django.db.models import Value
from django.db.models.functions import Coalesce

from crm.pagination import Order
from followups.models.followup import FollowUpQuerySet
from followups.reading.day import BY_PRIORITY
from followups.reading.rows import Row, rows_of

PAGE = 50
#: Counting for the heading stops here: "more than 1,000".
MOST_COUNTED = 1_000
SALT = "followups.table"

#: Name in the address -> columns of equal direction. All but these two ride an index.
ORDERS = {
    "due": ("due_by",),
    "created": ("created_at",),
    "priority": ("weight", "due_by"),
    "subject": ("subject",),
    "who": ("whose", "whose_first"),
    "assignee": ("assignee__full_name",),
    "completed": ("completed_at",),
}
#: What an order needs beside the columns. A follow-up without a contact stands by its partner's name.
_ADDED = {
    "weight": BY_PRIORITY,
    "whose": Coalesce("contact__last_name", "partner__name"),
    "whose_first": Coalesce("contact__first_name", Value("")),
}
#: Key -> heading. The first ones are shown when nothing else is chosen.
COLUMNS = {
    "priority": "Priority", "subject": "Subject", "who": "Who", "type": "Type", "status": "Status", "due": "Due",
    "assignee": "Assignee", "outcome": "Outcome", "linked": "Waits for", "lifecycle": "Lifecycle", "group": "Group", "score": "Score", "created": "Created",
}  # fmt: skip
SHOWN = ("priority", "subject", "who", "type", "status", "due", "assignee")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the cursors of the pages before and after; empty where there is none."""

    rows: list[Row]
    earlier: str
    later: str


def order_of(sort: str) -> Order:
    """Read `sort` (a name, - for descending); an unknown one is by due time."""
    name = sort.removeprefix("-")
    fields = ORDERS.get(name)
    return Order(sort, fields, sort.startswith("-")) if fields else Order("due", ORDERS["due"], descending=False)


def columns_of(wanted: list[str]) -> list[str]:
    """The columns that were asked for, in their own order; the subject is always there."""
    chosen = [key for key in COLUMNS if key in wanted or key == "subject"] if wanted else list(SHOWN)
    return chosen if len(chosen) > 1 else list(SHOWN)


def page_of(
    followups: FollowUpQuerySet, order: Order, now: datetime, zone: tzinfo, *, after: str = "", before: str = ""
) -> Page:
    """One page after or before a cursor; one that we did not make means the first page."""
    added = {name: _ADDED[name] for name in order.fields if name in _ADDED}
    if added:
        followups = followups.annotate(**added)
    if "completed_at" in order.fields:
        followups = followups.filter(completed_at__isnull=False)
    back = _read(before, order) if before else None
    forth = _read(after, order) if after and not back else None
    going = replace(order, descending=not order.descending) if back else order
    place = back or forth
    if place:
        followups = followups.filter(going.after(*place))
    rows = rows_of(followups.order_by(*going.by())[: PAGE + 1], now, zone, *added)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if back:
        rows.reverse()
    return Page(
        rows,
        earlier=_write(order, rows[0]) if rows and (more if back else bool(forth)) else "",
        later=_write(order, rows[-1]) if rows and (more or back) else "",
    )


def some(followups: FollowUpQuerySet) -> tuple[int, bool]:
    """How many there are, up to MOST_COUNTED, and whether there are more."""
    found = followups.order_by()[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def _write(order: Order, row: Row) -> str:
    values = [row[name].isoformat() if isinstance(row[name], date) else row[name] for name in order.fields]
    return signing.dumps([order.name, values, row["id"]], salt=SALT, compress=True)


def _read(cursor: str, order: Order) -> tuple[list[Any], int] | None:
    try:
        name, values, pk = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return (values, pk) if name == order.name and len(values) == len(order.fields) else None
