"""Lists of documents: a contact's checklists, and across contacts what is awaited, to be looked at, or runs out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from crm.access import documents_for, people_for
from crm.documents.arming import ARRIVED
from crm.documents.standing import APPROVED, EXPIRED, HERE, MISSING, RECEIVED, days_left
from crm.models import Contact, Document, DocumentFile, User
from crm.models.document import DocumentQuerySet
from crm.reading.contact_rows import name_of
from crm.reading.paging import Page, Row, Sort, page_of
from crm.search_terms import contacts_matching

#: State in the address -> its words.
LISTS = {"": "To look at", "awaited": "Awaited", "expiring": "Running out", "expired": "Expired", "all": "All"}
#: How far ahead the list of what runs out looks.
AHEAD = timedelta(days=180)
SORTS = {
    "": Sort("review", ("received_at",)),
    "awaited": Sort("awaited", ("due_on",), nullable=True),
    "expiring": Sort("expiring", ("expires_on",)),
    "expired": Sort("expired", ("expires_on",), descending=True, nullable=True),
    "all": Sort("all", ("requested_at",), descending=True),
}
_CONTACT = ("first_name", "last_name", "organisation", "email", "phone", "external_id")
COLUMNS = (
    "name",
    "state",
    "due_on",
    "received_at",
    "expires_on",
    "requested_at",
    "required",
    "case_kind__name",
    "contact_id",
    *(f"contact__{name}" for name in _CONTACT),
    "contact__owner__full_name",
    "contact__owner__email",
)


@dataclass(slots=True)
class Wanted:
    """The documents that an address asks for; `wrong` are sentences about what it asks in vain."""

    rows: DocumentQuerySet
    which: str
    owner: str = ""
    q: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def filtered(self) -> bool:
        return bool(self.owner or self.q)


def wanted(given: QueryDict, user: User, today: date) -> Wanted:
    """Read list, owner and words from the address."""
    found = Wanted(documents_for(user), given.get("state", ""), given.get("owner", "")[:20])
    found.q = given.get("q", "").replace("\0", " ").strip()[:200]
    if found.which not in LISTS:
        found.wrong.append(f"There is no list of documents that are “{found.which[:20]}”.")
        found.which = ""
    found.rows = _of_list(found.rows, found.which, today)
    if found.owner:
        number = int(found.owner) if found.owner.isascii() and found.owner.isdigit() and len(found.owner) < 19 else 0
        person = user if found.owner == "me" else people_for(user).filter(pk=number).first()
        if person is None:
            found.wrong.append("There is no such colleague.")
        found.rows = found.rows.filter(contact__owner=person) if person else found.rows.none()
    if found.q:
        of_them = Q(contact__in=Contact.objects.filter(contacts_matching(found.q)))
        found.rows = found.rows.filter(Q(name__icontains=found.q) | of_them)
    return found


def _of_list(rows: DocumentQuerySet, which: str, today: date) -> DocumentQuerySet:
    if which == "":
        return rows.filter(state=RECEIVED)
    if which == "awaited":
        return rows.filter(state__in=MISSING)
    if which == "expiring":
        return unrenewed(rows.filter(state__in=HERE, expires_on__range=(today, today + AHEAD)))
    return unrenewed(rows.filter(state=EXPIRED)) if which == "expired" else rows


def unrenewed(rows: DocumentQuerySet) -> DocumentQuerySet:
    """Those that no other has taken the place of."""
    renewal = Document.objects.filter(replaces=OuterRef("pk"), deleted_at__isnull=True, state__in=ARRIVED)
    return rows.filter(~Exists(renewal))


def page(asked: Wanted, today: date, *, after: str = "", before: str = "") -> Page:
    """One page of rows with their words."""
    found = page_of(asked.rows, SORTS[asked.which], COLUMNS, after=after, before=before)
    for row in found.rows:
        row["contact"] = name_of({"id": row["contact_id"]} | {name: row[f"contact__{name}"] for name in _CONTACT})
        row["owner"] = row["contact__owner__full_name"] or (row["contact__owner__email"] or "").split("@")[0]
        dress(row, today)
    return found


def dress(row: Row, today: date) -> Row:
    """Put in what a page says of a row: whole days late, and left until it runs out."""
    late = row["state"] in MISSING and row["due_on"] is not None and row["due_on"] < today
    row["late"] = (today - row["due_on"]).days if late else 0
    row["left"] = days_left(row["expires_on"], today) if row["state"] in HERE else None
    return row


@dataclass(slots=True)
class Checklist:
    """The documents of one kind of case, or those of none. Progress counts what is required, or all where nothing is."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def counted(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["required"]] or self.rows

    @property
    def approved(self) -> int:
        return sum(row["state"] == APPROVED for row in self.counted)

    @property
    def total(self) -> int:
        return len(self.counted)


_OF_CONTACT = (
    "id",
    "name",
    "state",
    "required",
    "due_on",
    "expires_on",
    "received_at",
    "reviewed_at",
    "reject_reason",
    "replaces_id",
    "kind__expires",
    "kind__description",
    "case_kind__name",
    "version",
)
MOST_OF_CONTACT = 300


def of_contact(user: User, contact_id: int, today: date) -> tuple[list[Checklist], list[dict[str, Any]]]:
    """The contact's checklists with their files, and the documents whose place another has taken."""
    rows = list(
        documents_for(user)
        .filter(contact=contact_id)
        .order_by("case_kind__name", "id")
        .values(*_OF_CONTACT)[:MOST_OF_CONTACT]
    )
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        dress(row, today)
        row |= {"files": [], "renewal": None}
    for file in (
        DocumentFile.objects.filter(document__in=by_id, removed_at__isnull=True)
        .order_by("id")
        .values("id", "document_id", "name", "size", "uploaded_at")
    ):
        by_id[file["document_id"]]["files"].append(file)
    earlier = []
    for row in rows:
        old = by_id.get(row["replaces_id"] or 0)
        if old is not None:
            old["renewal"] = row
            if row["state"] in ARRIVED:
                earlier.append(old)
    gone = {row["id"] for row in earlier}
    lists: dict[str, Checklist] = {}
    for row in rows:
        # A renewal that has not come yet stands beside the old one, which still counts.
        if row["id"] not in gone and not (row["replaces_id"] in by_id and row["replaces_id"] not in gone):
            name = row["case_kind__name"] or ""
            lists.setdefault(name, Checklist(name)).rows.append(row)
    found = sorted(lists.values(), key=lambda one: (one.name == "", one.name))
    return found, earlier
