"""Lists of invoices: what the address asks for, the rows with their words, the sums by currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.http import QueryDict

from crm.access import invoices_for, people_for
from crm.invoices.standing import PAID, days_overdue, how_they_pay
from crm.models import Contact, Payment, User
from crm.models.invoice import UNPAID, InvoiceQuerySet
from crm.reading.contact_rows import name_of
from crm.reading.paging import Page, Row, Sort, page_of
from crm.search_terms import contacts_matching

#: State in the address -> its words.
STATES = {"": "Unpaid", "overdue": "Overdue", "paid": "Paid", "void": "Void", "all": "All"}
BY_DUE, BY_ISSUE = Sort("due", ("due_on",)), Sort("issued", ("issued_on",), descending=True)
_CONTACT = ("first_name", "last_name", "organisation", "email", "phone", "external_id")
COLUMNS = (
    "number",
    "amount",
    "paid",
    "currency",
    "state",
    "issued_on",
    "due_on",
    "contact_id",
    *(f"contact__{name}" for name in _CONTACT),
    "contact__owner__full_name",
    "contact__owner__email",
)


@dataclass(slots=True)
class Wanted:
    """The invoices that an address asks for; `wrong` are sentences about what it asks in vain."""

    rows: InvoiceQuerySet
    state: str
    owner: str = ""
    q: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def sort(self) -> Sort:
        return BY_DUE if self.state in ("", "overdue") else BY_ISSUE

    @property
    def filtered(self) -> bool:
        return bool(self.owner or self.q)


def wanted(given: QueryDict, user: User, today: date) -> Wanted:
    """Read state, owner and words from the address."""
    found = Wanted(invoices_for(user), given.get("state", ""), given.get("owner", "")[:20], given.get("q", ""))
    found.q = found.q.replace("\0", " ").strip()[:200]
    narrowed = {
        "": Q(state__in=UNPAID),
        "overdue": Q(state__in=UNPAID, due_on__lt=today),
        "paid": Q(state=PAID),
        "void": Q(state="void"),
        "all": Q(),
    }
    if found.state not in narrowed:
        found.wrong.append(f"There is no list of invoices that are “{found.state[:20]}”.")
        found.state = ""
    found.rows = found.rows.filter(narrowed[found.state])
    if found.owner:
        person = user if found.owner == "me" else _person(user, found.owner)
        if person is None:
            found.wrong.append("There is no such colleague.")
        found.rows = found.rows.filter(contact__owner=person) if person else found.rows.none()
    if found.q:
        found.rows = found.rows.filter(
            Q(number__startswith=found.q) | Q(contact__in=Contact.objects.filter(contacts_matching(found.q)))
        )
    return found


def _person(user: User, said: str) -> User | None:
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
    return people_for(user).filter(pk=number).first()


def page(asked: Wanted, today: date, *, after: str = "", before: str = "") -> Page:
    """One page of rows with their words."""
    found = page_of(asked.rows, asked.sort, COLUMNS, after=after, before=before)
    for row in found.rows:
        dress(row, today)
    return found


def dress(row: Row, today: date) -> Row:
    """Put in what the page says of a row."""
    row["contact"] = name_of({"id": row["contact_id"]} | {name: row[f"contact__{name}"] for name in _CONTACT})
    row["owner"] = row["contact__owner__full_name"] or (row["contact__owner__email"] or "").split("@")[0]
    row["open"] = max(row["amount"] - row["paid"], Decimal(0))
    row["late"] = days_overdue(row["state"], row["due_on"], today)
    return row


def open_sums(rows: InvoiceQuerySet) -> dict[str, Decimal]:
    """What is still open in each currency, the largest first."""
    unpaid = rows.filter(state__in=UNPAID).order_by().values("currency").annotate(left=Sum(F("amount") - F("paid")))
    return dict(sorted(unpaid.values_list("currency", "left"), key=lambda pair: -pair[1]))


def of_contact(user: User, contact_id: int, today: date) -> dict[str, Any]:
    """The invoices of one contact: unpaid ones first, what is open, and how they pay."""
    mine = invoices_for(user).filter(contact=contact_id)
    rows = [dress(row, today) for row in mine.order_by("due_on", "pk").values("id", *COLUMNS)[:200]]
    waiting = [row for row in rows if row["state"] in UNPAID]
    return {
        "waiting": waiting,
        "ended": [row for row in reversed(rows) if row["state"] not in UNPAID],
        "sums": open_sums(mine),
        "late": sum(bool(row["late"]) for row in waiting),
        "habit": how_they_pay(days_late(mine)),
        "any_paid": any(row["state"] == PAID for row in rows),
    }


def days_late(invoices: InvoiceQuerySet) -> list[int]:
    """For each of the last hundred paid invoices, how many days after its due day the last money came."""
    ids = list(invoices.filter(state=PAID).order_by("-issued_on", "-pk").values_list("pk", flat=True)[:100])
    last: dict[int, int] = {}
    for pk, paid_on, due_on in (
        Payment.objects.filter(invoice__in=ids, amount__gt=0)
        .order_by("paid_on", "pk")
        .values_list("invoice_id", "paid_on", "invoice__due_on")
    ):
        last[pk] = max((paid_on - due_on).days, 0)
    return list(last.values())
