"""The deals as a table: its orders and its pages."""

from __future__ import annotations

from datetime import datetime

from crm.deals.cards import CARD, dress
from crm.models import User
from crm.models.deal import DealQuerySet
from crm.reading.paging import Page, Sort, page_of
from crm.zones import local_day

#: Name in the address -> columns of equal direction, and whether the first may be empty.
ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "changed": (("updated_at",), False),
    "added": (("created_at",), False),
    "name": (("name",), False),
    "amount": (("amount",), True),
    "expected": (("expected_on",), True),
    "stage": (("stage__position",), False),
    "closed": (("closed_at",), True),
    "owner": (("owner__full_name",), True),
}
#: Heading, the order that it sorts by.
COLUMNS = [
    ("Deal", "name"),
    ("Contact", ""),
    ("Stage", "stage"),
    ("Amount", "amount"),
    ("Chance", ""),
    ("Expected", "expected"),
    ("Owner", "owner"),
]


def sort_of(name: str) -> Sort:
    """Read an order (a name, - for descending); an unknown one is the last changed first."""
    known = ORDERS.get(name.removeprefix("-"))
    if known:
        return Sort(name, known[0], name.startswith("-"), known[1])
    return Sort("-changed", ("updated_at",), descending=True)


def deal_page(deals: DealQuerySet, sort: Sort, user: User, now: datetime, *, after: str = "", before: str = "") -> Page:
    """One page of the table, in one query."""
    more = ("stage__name", "stage__kind", "stage__probability", "stage__rotting_days", "pipeline__name", "updated_at")
    page = page_of(deals, sort, (*CARD, *more), after=after, before=before)
    today = local_day(now, user.time_zone)
    for row in page.rows:
        dress(row, row["stage__rotting_days"], now, today)
        row["chance"] = row["stage__probability"] if row["probability"] is None else row["probability"]
    return page
