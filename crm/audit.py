"""Reading the audit trail: what the database kept of every change, with who, when, from where, before and after (G3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from crm.models import Consent, Contact, Organisation, User

#: What the machine keeps for itself; nobody looks for these in a trail.
HIDDEN = frozenset({"id", "version", "updated_at", "due_by", "expected_rhythm", "date_joined", "password"})


@dataclass(frozen=True, slots=True)
class Audited:
    """One kind of record that is watched. `url` makes the page of a record from its id, or is empty."""

    label: str
    model: type[Model]
    name: Callable[[Any], str] = str
    url: str = ""

    @property
    def history(self) -> Any:
        return self.model.pgh_event_model  # type: ignore[attr-defined]  # put there by pghistory


@dataclass(slots=True)
class Entry:
    """One change. `changes` maps a field to what it was and what it became; a deletion has no after."""

    kind: str
    id: int
    label: str
    record_id: int
    record: str
    url: str
    action: str
    at: datetime
    who: str
    user_id: int | None
    address: str
    page: str
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for; empty means everything. `before` maps a kind to the entry after which to go on."""

    kind: str = ""
    record_id: int | None = None
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Mapping[str, int] = field(default_factory=dict)


_audited: dict[str, Audited] = {}


def register_audited(name: str, audited: Audited) -> None:
    """Make a kind of record known; called once by its floor at start-up."""
    _audited[name] = audited


def audited() -> dict[str, str]:
    """The kinds and their labels."""
    return {name: one.label for name, one in _audited.items()}


def read(asked: Asked, *, limit: int = 50) -> tuple[list[Entry], dict[str, int] | None]:
    """The changes that are asked for, newest first, and from where to go on (None at the end).

    Each kind is read along its own key, so a page costs the same however long the trail is.
    """
    kinds = {name: one for name, one in _audited.items() if asked.kind in ("", name)}
    found = [(name, row) for name, one in kinds.items() for row in _rows(name, one, asked)[: limit + 1]]
    found.sort(key=lambda pair: (pair[1].pgh_created_at, pair[1].pgh_id), reverse=True)
    page, more = found[:limit], len(found) > limit
    entries = _entries(page)
    if not more:
        return entries, None
    return entries, {
        **asked.before,
        **{name: min(row.pgh_id for kind, row in page if kind == name) for name in {n for n, _ in page}},
    }


def _rows(name: str, one: Audited, asked: Asked) -> QuerySet[Any]:
    rows = one.history.objects.select_related("pgh_context").order_by("-pgh_id")
    wanted = Q()
    if asked.record_id is not None:
        wanted &= Q(pgh_obj_id=asked.record_id)
    if asked.user_id is not None:
        wanted &= Q(pgh_context__metadata__user=asked.user_id)
    if asked.since is not None:
        wanted &= Q(pgh_created_at__gte=asked.since)
    if asked.until is not None:
        wanted &= Q(pgh_created_at__lt=asked.until)
    if name in asked.before:
        wanted &= Q(pgh_id__lt=asked.before[name])
    following = one.history.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id")).order_by(
        "pgh_id"
    )
    earlier = one.history.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by(
        "-pgh_id"
    )
    found: QuerySet[Any] = rows.filter(wanted).annotate(
        following_id=Subquery(following.values("pgh_id")[:1]), earlier_id=Subquery(earlier.values("pgh_id")[:1])
    )
    return found


def _entries(page: Iterable[tuple[str, Any]]) -> list[Entry]:
    page = list(page)
    beside = _beside(page)
    people = _people(page)
    entries = [_entry(name, row, beside[name], people) for name, row in page]
    _name_others(entries)
    return entries


def _name_others(entries: Iterable[Entry]) -> None:
    """Put names for the numbers of other records: an owner is a person, not 17."""
    entries = list(entries)
    wanted: dict[type[Model], set[int]] = {}
    for entry in entries:
        for name, pair in entry.changes.items():
            if (model := _points_to(entry.kind, name)) is not None:
                wanted.setdefault(model, set()).update(pk for pk in pair if pk is not None)
    names = {
        model: {one.pk: str(one) for one in model._base_manager.filter(pk__in=ids)} for model, ids in wanted.items()
    }
    for entry in entries:
        for name, pair in entry.changes.items():
            if (model := _points_to(entry.kind, name)) is not None:
                before, after = (names[model].get(pk, f"number {pk}") if pk is not None else None for pk in pair)
                entry.changes[name] = (before, after)


def _points_to(kind: str, name: str) -> type[Model] | None:
    """The model that a field of the kind refers to, if it is such a field."""
    found = next((one for one in _audited[kind].model._meta.concrete_fields if one.name == name), None)
    related = found.related_model if found is not None and found.is_relation else None
    return related if isinstance(related, type) else None


def _beside(page: list[tuple[str, Any]]) -> dict[str, tuple[dict[int, Any], dict[int, Any]]]:
    """By kind: the neighbouring history rows, and the records as they are now."""
    found = {}
    for name in {kind for kind, _ in page}:
        one, rows = _audited[name], [row for kind, row in page if kind == name]
        ids = {pk for row in rows for pk in (row.following_id, row.earlier_id) if pk}
        found[name] = (
            {row.pgh_id: row for row in one.history.objects.filter(pgh_id__in=ids)},
            {row.pk: row for row in one.model._base_manager.filter(pk__in={row.pgh_obj_id for row in rows})},
        )
    return found


def _people(page: list[tuple[str, Any]]) -> dict[int, str]:
    ids = {who for _, row in page if (who := _who(row)) is not None}
    return {user.pk: user.name for user in User.objects.filter(pk__in=ids)}


def _who(row: Any) -> int | None:
    said = (row.pgh_context.metadata if row.pgh_context else {}).get("user")
    return int(said) if said is not None and str(said).isdecimal() else None


def _entry(name: str, row: Any, beside: tuple[dict[int, Any], dict[int, Any]], people: dict[int, str]) -> Entry:
    one, (history, current) = _audited[name], beside
    holds_old = row.pgh_label.startswith("before_")
    now = current.get(row.pgh_obj_id)
    if row.pgh_label == "before_delete":
        before, after, action = row, None, "deleted"
    elif holds_old:
        before, after, action = row, history.get(row.following_id) or now, "changed"
    else:
        before, after = history.get(row.earlier_id), row
        action = "changed" if before else "added"
    said = row.pgh_context.metadata if row.pgh_context else {}
    user_id = _who(row)
    return Entry(
        kind=name,
        id=row.pgh_id,
        label=one.label,
        record_id=row.pgh_obj_id,
        record=one.name(now or row),
        url=one.url.format(row.pgh_obj_id) if one.url and now else "",
        action=action,
        at=row.pgh_created_at,
        who=people.get(user_id or 0, "Followthrough" if user_id is None else f"Person {user_id}"),
        user_id=user_id,
        address=str(said.get("address", "")),
        page=str(said.get("url", "")),
        changes=difference(before, after, [f.attname for f in row._meta.concrete_fields]),
    )


def difference(before: Any, after: Any, names: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """The fields that differ; all of them where there is no before or no after."""
    found = {}
    for name in names:
        if name in HIDDEN or name.startswith("pgh_"):
            continue
        was, became = getattr(before, name, None), getattr(after, name, None)
        if was != became:
            found[name.removesuffix("_id")] = (was, became)
    return found


def register_ground() -> None:
    """Make this floor's records known."""

    def person_name(row: Any) -> str:
        return str(row.full_name or row.email)

    def contact_name(row: Any) -> str:
        return f"{row.first_name} {row.last_name}".strip() or row.organisation or row.email or f"Contact {row.pk}"

    register_audited("contact", Audited("Contact", Contact, contact_name, "/contacts/{}/"))
    register_audited("consent", Audited("Consent", Consent, lambda row: f"{row.channel}, contact {row.contact_id}"))
    register_audited("person", Audited("Person", User, person_name, "/settings/people/{}/"))
    register_audited(
        "organisation", Audited("Organisation", Organisation, lambda row: row.name, "/settings/organisation/")
    )
