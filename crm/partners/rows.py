"""The list of partners: its filters, its orders, and its rows with what the person may know of their clients and deals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from crm.access import contacts_for, deals_for, partners_for
from crm.countries import country_name
from crm.models import PartnerContact, PartnerKind, StageKind, User
from crm.models.partner import PartnerQuerySet
from crm.reading.paging import Page, Sort, page_of

KINDS: dict[str, str] = dict(PartnerKind.choices)
ORDERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "name": (("name",), False),
    "added": (("created_at",), False),
    "owner": (("owner__full_name",), True),
}
_COLUMNS = (
    "name", "kind", "person", "email", "phone", "city", "country", "owner_id", "owner__full_name", "owner__email",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The partners that the address asks for. `kind` and `words` are what was understood of it."""

    partners: PartnerQuerySet
    kind: str
    words: str

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.words)


def narrowed(user: User, given: QueryDict) -> Narrowed:
    """Read the filters; a kind that does not exist is none."""
    words = given.get("q", "").replace("\0", "").strip()[:200]
    kind = given.get("kind", "")
    rows = partners_for(user)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(partners_matching(words))
    return Narrowed(rows, kind if kind in KINDS else "", words)


def partners_matching(text: str) -> Q:
    """Partners that hold all the words; text without a word matches nothing."""
    found = RawSQL(
        "SELECT object_id FROM crm_searchentry WHERE kind = 'partner' AND terms @@ crm_prefix_query(%s)", [text]
    )
    return Q(pk__in=found)


def sort_of(name: str) -> Sort:
    """Read an order (a name, - for descending); an unknown one is by name."""
    fields, nullable = ORDERS.get(name.removeprefix("-"), ORDERS["name"])
    known = name if name.removeprefix("-") in ORDERS else "name"
    return Sort(known, fields, known.startswith("-"), nullable)


def partner_page(partners: PartnerQuerySet, sort: Sort, user: User, *, after: str = "", before: str = "") -> Page:
    """One page of the list in three queries: the rows, their clients and their open deals, as far as one may see them."""
    page = page_of(partners, sort, _COLUMNS, after=after, before=before)
    ids = [row["id"] for row in page.rows]
    clients = _clients(user, ids)
    deals = _deals(user, ids)
    for row in page.rows:
        row["kind_label"] = KINDS[row["kind"]]
        row["place"] = ", ".join(part for part in (row["city"], country_name(row["country"])) if part)
        row["owner"] = (row["owner__full_name"] or (row["owner__email"] or "").split("@")[0]) if row["owner_id"] else ""
        row["clients"], row["deals"] = clients.get(row["id"], 0), deals.get(row["id"], 0)
    return page


def _clients(user: User, ids: Sequence[int]) -> dict[int, int]:
    if not ids or not user.can("contacts.view"):
        return {}
    links: Any = PartnerContact.objects.filter(partner__in=ids, contact__in=contacts_for(user).order_by().values("pk"))
    return dict(links.values_list("partner_id").annotate(Count("pk")))


def _deals(user: User, ids: Sequence[int]) -> dict[int, int]:
    if not ids or not user.can("deals.view"):
        return {}
    rows: Any = deals_for(user).filter(partner__in=ids, status=StageKind.OPEN).order_by()
    return dict(rows.values_list("partner_id").annotate(Count("pk")))
