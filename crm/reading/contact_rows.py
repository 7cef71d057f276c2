"""The contact list: its orders, its columns, and its rows with the words that they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crm.countries import country_name
from crm.custom_values import say_value
from crm.models import ContactTag, CustomField, Lifecycle
from crm.models.contact import ACTIVE_LIFECYCLES, ContactQuerySet
from crm.reading.paging import Page, Row, Sort, page_of

#: Name in the address -> columns of equal direction, and whether the first may be empty. All but the last three ride an index.
ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "added": (("created_at",), False),
    "name": (("last_name", "first_name"), False),
    "next": (("next_due_by",), True),
    "quiet": (("rots_at",), True),
    "changed": (("updated_at",), False),
    "spoken": (("last_two_way_at",), True),
    "score": (("score",), False),
    "owner": (("owner__full_name",), True),
}
#: Key -> heading, order that it sorts by, columns that it needs.
COLUMNS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "name": ("Name", "name", ("first_name", "last_name", "organisation", "email", "phone", "external_id")),
    "lifecycle": ("Lifecycle", "", ("lifecycle",)),
    "owner": ("Owner", "owner", ("owner_id", "owner__full_name", "owner__email")),
    "next": ("Next follow-up", "next", ("next_due_by", "next_due_on", "open_followups", "lifecycle")),
    "spoken": ("Last contact", "spoken", ("last_two_way_at", "rots_at", "expected_rhythm", "created_at", "lifecycle")),
    "tags": ("Tags", "", ()),
    "score": ("Score", "score", ("score",)),
    "email": ("E-mail", "", ("email",)),
    "phone": ("Phone", "", ("phone",)),
    "organisation": ("Organisation", "", ("organisation",)),
    "country": ("Country", "", ("country",)),
    "city": ("City", "", ("city",)),
    "source": ("Source", "", ("source",)),
    "added": ("Added", "added", ("created_at",)),
}
SHOWN = ("name", "lifecycle", "owner", "next", "spoken", "tags", "score")


def sort_of(name: str) -> Sort:
    """Read an order (a name, - for descending); an unknown one is the newest first."""
    known = ORDERS.get(name.removeprefix("-"))
    return (
        Sort(name, known[0], name.startswith("-"), known[1])
        if known
        else Sort("-added", ("created_at",), descending=True)
    )


#: What a column of one of the organisation's own fields is called in the address, before its slug.
OWN = "custom."


def headings(own: Iterable[CustomField]) -> dict[str, str]:
    """Every column that can be shown, with its heading; the organisation's own fields come last."""
    return {key: heading for key, (heading, _, _) in COLUMNS.items()} | {f"{OWN}{one.slug}": one.label for one in own}


def columns_of(wanted: Sequence[str], own: Iterable[CustomField] = ()) -> list[str]:
    """The columns that were asked for, in their own order; the name is always there."""
    chosen = [key for key in headings(own) if key in wanted or key == "name"] if wanted else list(SHOWN)
    return chosen if len(chosen) > 1 else list(SHOWN)


def contact_page(
    contacts: ContactQuerySet,
    sort: Sort,
    columns: Sequence[str],
    now: datetime,
    *,
    own: Iterable[CustomField] = (),
    after: str = "",
    before: str = "",
) -> Page:
    """One page of the list, two queries at most: the rows, and their tags when they are shown."""
    shown = [one for one in own if f"{OWN}{one.slug}" in columns]
    needed = [name for key in columns for name in (("custom",) if key.startswith(OWN) else COLUMNS[key][2])]
    page = page_of(contacts, sort, needed, after=after, before=before)
    tags = _tags([row["id"] for row in page.rows]) if "tags" in columns else {}
    for row in page.rows:
        _dress(row, now)
        row["tags"] = tags.get(row["id"], [])
        row["own"] = {f"{OWN}{one.slug}": say_value(one.kind, row["custom"].get(one.slug)) for one in shown}
    return page


def name_of(row: Row) -> str:
    """What to call a contact whose name columns were read."""
    full = f"{row['first_name']} {row['last_name']}".strip()
    return full or row["organisation"] or row["email"] or row["phone"] or f"Contact {row['external_id'] or row['id']}"


def _dress(row: Row, now: datetime) -> None:
    row["name"] = name_of(row)
    if "lifecycle" in row:
        row["lifecycle_label"] = Lifecycle(row["lifecycle"]).label
        row["active"] = row["lifecycle"] in ACTIVE_LIFECYCLES
    if "rots_at" in row and "created_at" in row:
        row["rotting"] = row["active"] and row["rots_at"] is not None and row["rots_at"] <= now
        row["quiet_days"] = (now - (row["last_two_way_at"] or row["created_at"])).days
    if "owner_id" in row:
        row["owner"] = (row["owner__full_name"] or (row["owner__email"] or "").split("@")[0]) if row["owner_id"] else ""
    if "country" in row:
        row["country_name"] = country_name(row["country"]) if row["country"] else ""


def _tags(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    rows = (
        ContactTag.objects.filter(contact_id__in=ids)
        .order_by("tag__name")
        .values("contact_id", "tag__name", "tag__slug", "tag__colour")
    )
    for row in rows:
        found.setdefault(row["contact_id"], []).append(
            {"name": row["tag__name"], "slug": row["tag__slug"], "colour": row["tag__colour"]}
        )
    return found
