"""What an organisation asks for: its kinds of document, and the checklists of its kinds of case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch, Q, QuerySet

from crm.contact_fields import BadValue, clean_text
from crm.documents.arming import arm
from crm.documents.requesting import BadDocument
from crm.models import CaseKind, ChecklistItem, Document, DocumentKind

#: Warnings of one kind, and how far ahead they reach, in days.
MOST_WARNINGS, FURTHEST = 6, 3_650
BATCH = 1_000
_name, _words = clean_text("The name", 120), clean_text("The description", 300)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist; `due_days` after it was asked for, None for no due day."""

    kind_id: int
    required: bool = True
    due_days: int | None = None


def kinds() -> QuerySet[DocumentKind]:
    """The kinds in use, in their order."""
    return DocumentKind.objects.filter(archived_at__isnull=True)


def cases() -> QuerySet[CaseKind]:
    """The kinds of case in use, with their items and those items' kinds."""
    items = ChecklistItem.objects.filter(kind__archived_at__isnull=True).select_related("kind")
    return CaseKind.objects.filter(archived_at__isnull=True).prefetch_related(Prefetch("items", queryset=items))


def all_kinds() -> QuerySet[DocumentKind]:
    """Those put away included."""
    return DocumentKind.objects.all()


def all_cases() -> QuerySet[CaseKind]:
    """Those put away included, with their items."""
    return CaseKind.objects.prefetch_related("items")


def counted_kinds(*, archived: bool) -> QuerySet[DocumentKind]:
    """Kinds with `asked`, how many documents there are of each."""
    alive = Count("documents", filter=Q(documents__deleted_at__isnull=True))
    return DocumentKind.objects.filter(archived_at__isnull=not archived).annotate(asked=alive)


def put_away_cases() -> QuerySet[CaseKind]:
    """The kinds of case that are no longer used."""
    return CaseKind.objects.filter(archived_at__isnull=False)


def save_kind(
    kind: DocumentKind | None, *, name: str, description: str = "", expires: bool, warn_days: Sequence[int]
) -> DocumentKind:
    """Make a kind or change one; other warnings hold for the documents that there are, too. Raises BadDocument."""
    values = {"name": _clean_name(name), "expires": expires, "warn_days": clean_days(warn_days)}
    values["description"] = _clean_description(description)
    try:
        with transaction.atomic():
            if kind is None:
                return DocumentKind.objects.create(**values, position=DocumentKind.objects.count())
            DocumentKind.objects.filter(pk=kind.pk).update(**values)
            if kind.warn_days != values["warn_days"]:
                _arm_all(kind)
    except IntegrityError:
        raise BadDocument(f"There is a kind “{values['name']}” already.", "name") from None
    return DocumentKind.objects.get(pk=kind.pk)


def clean_days(days: Sequence[int]) -> list[int]:
    """The days of warning, the furthest first. Raises BadDocument."""
    if any(not 0 <= one <= FURTHEST for one in days):
        raise BadDocument(f"A warning comes 0 to {FURTHEST:,} days before.", "warn_days")
    found = sorted(set(days), reverse=True)
    if len(found) > MOST_WARNINGS:
        raise BadDocument(f"At most {MOST_WARNINGS} warnings, or nobody reads them.", "warn_days")
    return found


def _arm_all(kind: DocumentKind) -> None:
    rows = Document.objects.alive().filter(kind=kind, expires_on__isnull=False).order_by("pk")
    last = 0
    while ids := list(rows.filter(pk__gt=last).select_for_update().values_list("pk", flat=True)[:BATCH]):
        arm(ids)
        last = ids[-1]


def save_case(case: CaseKind | None, *, name: str, description: str = "", items: Sequence[Item]) -> CaseKind:
    """Make a kind of case or change one, with its documents in this order. What clients were asked for stays as it is.
    Raises BadDocument."""
    name, description = _clean_name(name), _clean_description(description)
    if not items:
        raise BadDocument("Choose at least one document.", "items")
    known = set(kinds().values_list("pk", flat=True))
    if any(one.kind_id not in known for one in items) or len({one.kind_id for one in items}) != len(items):
        raise BadDocument("Choose each document once, of the kinds in use.", "items")
    if any(one.due_days is not None and not 0 <= one.due_days <= FURTHEST for one in items):
        raise BadDocument(f"A document is due 0 to {FURTHEST:,} days after it was asked for.", "items")
    try:
        with transaction.atomic():
            if case is None:
                case = CaseKind.objects.create(name=name, description=description)
            else:
                CaseKind.objects.filter(pk=case.pk).update(name=name, description=description)
            case.items.filter(kind__archived_at__isnull=True).delete()
            ChecklistItem.objects.bulk_create(
                ChecklistItem(
                    case_kind=case, kind_id=one.kind_id, required=one.required, due_days=one.due_days, position=place
                )
                for place, one in enumerate(items)
            )
    except IntegrityError:
        raise BadDocument(f"There is a kind of case “{name}” already.", "name") from None
    return case


def put_away(rows: QuerySet[DocumentKind] | QuerySet[CaseKind], *, now: datetime | None) -> int:
    """Put kinds away so that nobody asks for them any more, or (`now` is None) bring them back; returns how many."""
    return rows.update(archived_at=now)


def _clean_name(said: str) -> str:
    try:
        name = _name(said, "")
    except BadValue as problem:
        raise BadDocument(str(problem), "name") from None
    if not name:
        raise BadDocument("Give it a name.", "name")
    return name


def _clean_description(said: str) -> str:
    try:
        return _words(said, "")
    except BadValue as problem:
        raise BadDocument(str(problem), "description") from None
