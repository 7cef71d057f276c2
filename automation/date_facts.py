"""The date fields that steps wait for, of contacts and of the records that they are in for, as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from automation.engine.state import About
from crm.models import Contact, Deal, Document, Invoice
from followups.models import FollowUp

#: The records whose dates may be waited for, and which those are.
RECORDS: Mapping[str, tuple[Any, frozenset[str]]] = {
    "deal": (Deal, frozenset({"expected_on", "opened_on"})),
    "document": (Document, frozenset({"expires_on", "due_on"})),
    "invoice": (Invoice, frozenset({"due_on", "issued_on"})),
    "followup": (FollowUp, frozenset({"due_on"})),
}
CONTACT = "contact."


def read_dates(asked: Iterable[tuple[int, int, About | None, frozenset[str]]]) -> dict[int, dict[str, date]]:
    """The dates that are there, by enrollment. `asked` holds enrollment, contact, record and the fields of each: a query
    for the contacts and one for each kind of record, and none where nobody asks."""
    wanted = [one for one in asked if one[3]]
    people = {contact_id for _, contact_id, _, fields in wanted if any(name.startswith(CONTACT) for name in fields)}
    custom = dict(Contact.objects.filter(pk__in=people).values_list("pk", "custom")) if people else {}
    records: dict[str, set[int]] = defaultdict(set)
    for _, _, about, fields in wanted:
        if about is not None and any(name.startswith(f"{about.kind}.") for name in fields):
            records[about.kind].add(about.id)
    rows = {kind: _rows(kind, ids) for kind, ids in records.items()}
    found: dict[int, dict[str, date]] = {}
    for enrollment, contact_id, about, fields in wanted:
        mine = custom.get(contact_id, {})
        record = rows.get(about.kind, {}).get(about.id, {}) if about else {}
        found[enrollment] = {
            name: day
            for name in fields
            if (day := _own(mine, name) if name.startswith(CONTACT) else _of(record, about, name)) is not None
        }
    return found


def _rows(kind: str, ids: set[int]) -> dict[int, dict[str, Any]]:
    if kind not in RECORDS:
        return {}
    model, names = RECORDS[kind]
    alive = model._default_manager.filter(pk__in=ids, deleted_at__isnull=True)
    return {row["pk"]: row for row in alive.values("pk", *names)}


def _own(custom: Mapping[str, Any], name: str) -> date | None:
    """A day in an own field; what is no day counts as none."""
    try:
        return date.fromisoformat(str(custom.get(name.removeprefix(CONTACT).removeprefix("custom."), "")))
    except ValueError:
        return None


def _of(record: Mapping[str, Any], about: About | None, name: str) -> date | None:
    kind, _, column = name.partition(".")
    day: date | None = record.get(column) if about is not None and about.kind == kind else None
    return day
