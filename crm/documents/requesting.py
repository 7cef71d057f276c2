"""Asking clients for documents: single ones, a whole checklist, or a new one in the place of one that runs out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.documents.arming import hold_contacts, today_here
from crm.documents.standing import OPEN, refusal
from crm.documents.telling import tell
from crm.models import CaseKind, ChecklistItem, Contact, Document, DocumentKind, DocumentState, User
from crm.undo import remember

REQUEST = "documents_requested"
FIRST_YEAR, LAST_YEAR = 1970, 9000
clean_document_name = clean_text("The name", 200)


class BadDocument(ValueError):
    """What was asked cannot be; the text is a sentence about the `field`."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(slots=True, kw_only=True)
class NewRequest:
    """One document to ask one contact for. Without a name it is called as its kind; without a kind it is one of its own."""

    contact_id: int
    name: str = ""
    kind_id: int | None = None
    case_kind_id: int | None = None
    required: bool = True
    due_on: date | None = None
    replaces_id: int | None = None


@dataclass(slots=True)
class Requested:
    """`ids` in the order of what was stored; `refused` by position: field -> sentence."""

    ids: list[int] = field(default_factory=list)
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    undo_id: int | None = None


def request_documents(rows: Sequence[NewRequest], *, by: User | None, now: datetime) -> Requested:
    """Ask for documents, one event each. A kind that is asked for already, or waits to be looked at, is not asked for
    twice; what breaks a rule is named and left out."""
    made, today = Requested(), today_here(now)
    with transaction.atomic():
        ids = {row.contact_id for row in rows}
        hold_contacts(ids)
        alive = set(Contact.objects.alive().filter(pk__in=ids).values_list("pk", flat=True))
        kinds = {
            one.pk: one for one in DocumentKind.objects.filter(pk__in={row.kind_id for row in rows if row.kind_id})
        }
        cases = set(CaseKind.objects.filter(pk__in={row.case_kind_id for row in rows}).values_list("pk", flat=True))
        asked = open_kinds(ids)
        good: list[Document] = []
        for place, row in enumerate(rows):
            try:
                if row.contact_id not in alive:
                    raise BadDocument("There is no such contact.", "contact")
                if row.case_kind_id is not None and row.case_kind_id not in cases:
                    raise BadDocument("There is no such kind of case.", "case_kind")
                good.append(_document(row, kinds, asked, by, now))
            except BadDocument as problem:
                made.refused[place] = {problem.field: str(problem)}
        stored = Document.objects.bulk_create(good)
        tell("document_requested", stored, by=by, now=now, today=today)
        made.ids = [one.pk for one in stored]
        if by and stored:
            label = f"Asked for {stored[0].name}" if len(stored) == 1 else f"Asked for {len(stored):,} documents"
            made.undo_id = remember(user=by, label=label, kind=REQUEST, payload={"ids": made.ids}, now=now)
    return made


def open_kinds(contact_ids: Iterable[int], *, leaving_out: Iterable[int] = ()) -> set[tuple[int, int]]:
    """(contact, kind) of what is open now."""
    rows = Document.objects.alive().filter(contact__in=contact_ids, state__in=OPEN, kind__isnull=False)
    return set(rows.exclude(pk__in=leaving_out).values_list("contact_id", "kind_id"))


def _document(
    row: NewRequest, kinds: dict[int, DocumentKind], asked: set[tuple[int, int]], by: User | None, now: datetime
) -> Document:
    kind = kinds.get(row.kind_id or 0)
    if row.kind_id is not None and kind is None:
        raise BadDocument("There is no such kind of document.", "kind")
    try:
        name = clean_document_name(row.name, "") or (kind.name if kind else "")
    except BadValue as problem:
        raise BadDocument(str(problem), "name") from None
    if not name:
        raise BadDocument("Say which document it is.", "name")
    if kind and (row.contact_id, kind.pk) in asked:
        raise BadDocument(f"{kind.name} is asked for already, or waits to be looked at.", "kind")
    if kind:
        asked.add((row.contact_id, kind.pk))
    return Document(
        contact_id=row.contact_id,
        name=name,
        kind=kind,
        case_kind_id=row.case_kind_id,
        required=row.required,
        due_on=clean_day(row.due_on, "due_on"),
        replaces_id=row.replaces_id,
        requested_at=now,
        requested_by=by,
        created_at=now,
        updated_at=now,
    )


def clean_day(day: date | None, name: str) -> date | None:
    """The day, if a calendar of our time has it. Raises BadDocument."""
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadDocument(f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.", name)
    return day


def request_checklist(case_kind: CaseKind, contacts: QuerySet[Contact], *, by: User | None, now: datetime) -> Requested:
    """Ask contacts for every document of a kind of case, due so many days from today as its items say.

    What they have approved and still valid is not asked for again, nor what is open: those come back as refused, by
    position contact by contact in the order of the checklist.
    """
    today = today_here(now)
    items = list(
        ChecklistItem.objects.filter(case_kind=case_kind, kind__archived_at__isnull=True).select_related("kind")
    )
    ids = list(contacts.order_by("pk").values_list("pk", flat=True))
    valid = set(
        Document.objects.alive()
        .filter(contact__in=ids, state=DocumentState.APPROVED, kind__isnull=False)
        .filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today))
        .values_list("contact_id", "kind_id")
    )
    rows: list[NewRequest] = []
    places: list[int] = []
    skipped: dict[int, dict[str, str]] = {}
    for place, (contact_id, item) in enumerate((pk, item) for pk in ids for item in items):
        if (contact_id, item.kind_id) in valid:
            skipped[place] = {"kind": f"{item.kind.name} is here and approved."}
            continue
        places.append(place)
        rows.append(
            NewRequest(
                contact_id=contact_id,
                kind_id=item.kind_id,
                case_kind_id=case_kind.pk,
                required=item.required,
                due_on=today + timedelta(days=item.due_days) if item.due_days is not None else None,
            )
        )
    made = request_documents(rows, by=by, now=now)
    made.refused = {places[place]: why for place, why in made.refused.items()} | skipped
    return made


def renew(documents: QuerySet[Document], *, by: User | None, now: datetime, due_on: date | None = None) -> Requested:
    """Ask for new ones in the place of documents that run out or have; `refused` by the id of the old one."""
    made = Requested()
    due_on = clean_day(due_on, "due_on")
    with transaction.atomic():
        hold_contacts(documents.order_by().values_list("contact_id", flat=True))
        rows = list(documents.order_by("pk").select_for_update(of=("self",)))
        waiting = set(
            Document.objects.alive().filter(replaces__in=[one.pk for one in rows]).values_list("replaces_id", flat=True)
        )
        good = []
        for one in rows:
            why = refusal("renew", one.state)
            if not why and one.pk in waiting:
                why = f"A new {one.name} is asked for already."
            if why:
                made.refused[one.pk] = {"": why}
            else:
                good.append(one)
        fresh = request_documents([_again(one, due_on) for one in good], by=by, now=now)
        made.ids, made.undo_id = fresh.ids, fresh.undo_id
        made.refused |= {good[place].pk: why for place, why in fresh.refused.items()}
    return made


def _again(one: Document, due_on: date | None) -> NewRequest:
    return NewRequest(
        contact_id=one.contact_id,
        name=one.name,
        kind_id=one.kind_id,
        case_kind_id=one.case_kind_id,
        required=one.required,
        due_on=due_on,
        replaces_id=one.pk,
    )
