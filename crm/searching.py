"""One box over everything (A15): words and who may see what answered by one index, the hits checked once more at the door."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.access import colleague_ids, contacts_for, notes_for, team_ids
from crm.models import Contact, Role, User

#: How many entries of one kind are looked at at most: enough to fill a page, few enough to be quick.
MOST_HITS = 200
#: Of each kind, so many of the latest records are looked through first for those who see much.
NEWEST = 4_000
#: Milliseconds that one search may take before it answers with less.
PATIENCE_MS = 1_500


@dataclass(frozen=True, slots=True)
class Found:
    """One hit, ready to be shown."""

    kind: str
    id: int
    title: str
    detail: str
    url: str
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Searchable:
    """A kind of record that can be found: `load` shows those of the ids that the user may see, in their order."""

    kind: str
    label: str
    icon: str
    load: Callable[[User, Sequence[int]], list[Found]]


_kinds: dict[str, Searchable] = {}


def register_searchable(searchable: Searchable) -> None:
    """Make a kind findable; called by its floor at start-up. The order is that of the results."""
    _kinds[searchable.kind] = searchable


def searchables() -> list[Searchable]:
    return list(_kinds.values())


def search(user: User, text: str, *, kinds: Collection[str] | None = None, limit: int = 20) -> list[Found]:
    """What the user may see with words that begin like these; newest of each kind first, at most `limit` a kind."""
    text = text.replace("\x00", " ").strip()[:200]
    if not text:
        return []
    wanted = [kind for kind in _kinds if kinds is None or kind in kinds]
    ids = _hits(user, text, wanted, limit)
    return [found for kind in wanted if ids.get(kind) for found in _kinds[kind].load(user, ids[kind])[:limit]]


def _hits(user: User, text: str, kinds: Sequence[str], limit: int) -> dict[str, list[int]]:
    """Ids by kind, a few more than asked for: the door may still refuse some."""
    access = access_query(user)
    if access is None:
        return {}
    look_at = min(MOST_HITS, limit * 3)
    found: dict[str, list[int]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        if user.role != Role.AGENT:
            found = _read(cursor, _AMONG_NEWEST, text, kinds, access, look_at)
        rest = [kind for kind in kinds if len(found.get(kind, ())) < look_at]
        if rest:
            found |= _read(cursor, _BY_INDEX, text, rest, access, look_at)
        cursor.execute("SET LOCAL statement_timeout = 0")
    return found


#: Who sees much finds a common word among the latest records at once; reading all that hold it takes a hundred times
#: as long. Each row holds the words, and one of the words of access where there are any.
_AMONG_NEWEST = f"""
(SELECT kind, object_id FROM (
    SELECT late.* FROM (
        SELECT kind, object_id, terms FROM crm_searchentry WHERE kind = %(kind)s ORDER BY object_id DESC LIMIT {NEWEST}
    ) AS late, query WHERE late.terms @@ query.q OFFSET 0 -- the few words first, then the many of a team
) AS hit WHERE true {{access}} LIMIT %(most)s)"""
_BY_INDEX = f"""
(SELECT kind, object_id FROM (
    SELECT kind, object_id FROM crm_searchentry, query
    WHERE terms @@ query.q AND kind = %(kind)s {{access}} LIMIT {MOST_HITS * 5}
) AS hit ORDER BY object_id DESC LIMIT %(most)s)"""


def _read(
    cursor: CursorWrapper, template: str, text: str, kinds: Sequence[str], access: str, most: int
) -> dict[str, list[int]]:
    """Ask for each kind in one statement."""
    one = template.format(access="AND terms @@ %(access)s::tsquery" if access else "")
    parameters: dict[str, str | int] = {"text": text, "access": access, "most": most}
    parts = []
    for number, kind in enumerate(kinds):
        parts.append(one.replace("%(kind)s", f"%(kind{number})s"))
        parameters[f"kind{number}"] = kind
    cursor.execute(
        f"WITH query AS MATERIALIZED (SELECT crm_prefix_query(%(text)s) AS q) {' UNION ALL '.join(parts)}", parameters
    )
    found: dict[str, list[int]] = {}
    for kind, object_id in cursor.fetchall():
        found.setdefault(kind, []).append(object_id)
    return found


def access_query(user: User) -> str | None:
    """The words of the index of which a row must have one to be seen; "" for those who see all, None for nobody."""
    if not user.is_active:
        return None
    if user.role in (Role.ADMINISTRATOR, Role.VIEWER):
        return ""
    people = {user.pk}
    words = ["~all"]
    if user.role == Role.MANAGER:
        people |= set(colleague_ids(user))
        words += [f"~t{pk}" for pk in team_ids(user)] + ["~nobody"]
    return " | ".join(f"'{word}'" for word in [*(f"~u{pk}" for pk in sorted(people)), *words])


def _contacts(user: User, ids: Sequence[int]) -> list[Found]:
    rows = (
        contacts_for(user)
        .filter(pk__in=ids)
        .only("first_name", "last_name", "organisation", "email", "phone", "external_id")
    )
    found = {hit.id: hit for hit in shown_as_found(rows)}
    return [found[pk] for pk in ids if pk in found]


def shown_as_found(contacts: Iterable[Contact]) -> list[Found]:
    """Contacts as hits."""
    return [
        Found(
            "contact",
            row.pk,
            row.name,
            " · ".join(_details(row.name, row.email, row.phone, row.organisation)),
            f"/contacts/{row.pk}/",
            row.pk,
        )
        for row in contacts
    ]


def _details(name: str, *parts: str) -> Iterable[str]:
    return (part for part in parts if part and part != name)


def _notes(user: User, ids: Sequence[int]) -> list[Found]:
    found = {}
    for note in notes_for(user).filter(pk__in=ids).select_related("contact"):
        text = " ".join(note.text.split())
        shown = text if len(text) <= 90 else text[:89] + "…"
        found[note.pk] = Found(
            "note",
            note.pk,
            shown,
            note.contact.name,
            f"/contacts/{note.contact_id}/notes/#note-{note.pk}",
            note.contact_id,
        )
    return [found[pk] for pk in ids if pk in found]


register_searchable(Searchable("contact", "Contacts", "users", _contacts))
register_searchable(Searchable("note", "Notes", "sticky-note", _notes))
