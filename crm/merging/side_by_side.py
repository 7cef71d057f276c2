"""Two contacts beside each other, as the page of a merge shows them: what to choose, and what will come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from crm.access import custom_fields_for
from crm.contact_fields import RULES
from crm.contact_state import state_of
from crm.countries import country_name
from crm.custom_values import say_value
from crm.languages import language_name
from crm.merging.choosing import CHOSEN, GONE, KEPT, custom_name, differing, suggest, unite, value
from crm.merging.relations import moving
from crm.models import Contact, CustomField, Lifecycle, Team, User
from crm.models.contact import Channel


@dataclass(frozen=True, slots=True)
class Line:
    """One field. `sides` are the words of both, `picked` the id of the contact whose value is taken; `choice`: there is
    something to choose."""

    name: str
    label: str
    sides: tuple[str, str]
    picked: int = 0
    choice: bool = False


@dataclass(slots=True)
class Both:
    """`kept` stays; `result` is what it will say, `coming` what comes over from the other, in words."""

    one: Contact
    other: Contact
    kept: Contact
    gone: Contact
    lines: list[Line] = field(default_factory=list)
    result: list[tuple[str, str]] = field(default_factory=list)
    coming: str = ""
    choices: dict[str, str] = field(default_factory=dict)


def suggested_kept(one: Contact, other: Contact) -> Contact:
    """Who is likely the one to keep: who was really spoken with last, else the fuller, else the older."""

    def weight(who: Contact) -> tuple[datetime | float, ...]:
        spoken = who.last_two_way_at.timestamp() if who.last_two_way_at else 0.0
        filled = sum(1 for name in CHOSEN if getattr(who, name))
        return (spoken, float(filled), float(-who.pk))

    return max(one, other, key=weight)


def beside(
    user: User, one: Contact, other: Contact, *, kept_id: int = 0, picked: Mapping[str, str] | None = None
) -> Both:
    """Both contacts, ready to be shown. `picked` maps a field to the id of the side; else what is suggested."""
    kept = {one.pk: one, other.pk: other}.get(kept_id) or suggested_kept(one, other)
    gone = other if kept is one else one
    both = Both(one, other, kept, gone)
    ours, theirs = _state(kept), _state(gone)
    suggestion = suggest(ours, theirs)
    for name in differing(ours, theirs):
        asked = (picked or {}).get(name, "")
        both.choices[name] = {str(kept.pk): KEPT, str(gone.pk): GONE}.get(asked, suggestion[name])
    fields = {one.slug: one for one in custom_fields_for(user)}
    said = _Words(fields, [one, other])
    first, second = (ours, theirs) if kept is one else (theirs, ours)
    for name in [*CHOSEN, *(custom_name(slug) for slug in sorted({*first["custom"], *second["custom"]}))]:
        sides = (said.say(name, value(first, name)), said.say(name, value(second, name)))
        if any(sides):
            side = both.choices.get(name)
            taken = kept.pk if side == KEPT else gone.pk if side == GONE else 0
            both.lines.append(Line(name, said.label(name), sides, taken, choice=bool(side)))
    united = unite(ours, theirs, both.choices)
    for name, shown in united.items():
        if name == "custom":
            both.result += [
                (said.label(custom_name(slug)), said.say(custom_name(slug), one)) for slug, one in shown.items()
            ]
        elif name != "shares_address" and (words := said.say(name, shown)):
            both.result.append((said.label(name), words))
    tags = sorted({tag.name for who in (one, other) for tag in who.tags.all()}, key=str.casefold)
    if tags:
        both.result.append(("Tags", ", ".join(tags)))
    both.coming = coming(gone.pk)
    return both


def _state(contact: Contact) -> dict[str, Any]:
    return state_of(contact) | {"updated_at": contact.updated_at}


class _Words:
    """A field's value as people read it."""

    def __init__(self, fields: Mapping[str, CustomField], both: Sequence[Contact]) -> None:
        self.fields = fields
        owners = User.objects.filter(pk__in=[who.owner_id for who in both if who.owner_id])
        self.owners = {one.pk: one.name for one in owners}
        teams = [who.team_id for who in both if who.team_id]
        self.teams = dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")) if teams else {}

    def label(self, name: str) -> str:
        slug = name.removeprefix("custom.")
        if name != slug:
            return self.fields[slug].label if slug in self.fields else slug
        return RULES[name].label

    def say(self, name: str, said: Any) -> str:
        if said is None or said in ("", []):
            return ""
        slug = name.removeprefix("custom.")
        if name != slug:
            return say_value(self.fields[slug].kind if slug in self.fields else "text", said)
        if name == "owner_id":
            return self.owners.get(said, "Somebody who left")
        if name == "team_id":
            return self.teams.get(said, "")
        if name == "country":
            return country_name(said)
        if name == "language":
            return language_name(said)
        if name == "lifecycle":
            return str(Lifecycle(said).label)
        if name == "preferred_channel":
            return str(Channel(said).label)
        if name == "rhythm_days":
            return f"every {said} days"
        return ", ".join(said) if isinstance(said, list) else str(said)


#: What people call the tables whose rows come over.
_CALLED = {
    "crm_event": ("entry of the timeline", "entries of the timeline"),
    "crm_note": ("note", "notes"),
    "crm_deal": ("deal", "deals"),
    "crm_document": ("document", "documents"),
    "crm_invoice": ("invoice", "invoices"),
    "followups_followup": ("follow-up", "follow-ups"),
    "messaging_message": ("message", "messages"),
}


def coming(gone: int) -> str:
    """How much of each kind comes over with a contact, as `in_words` says it, in one statement."""
    known = [one for one in moving() if one.table in _CALLED]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f'SELECT \'{one.table}\', count(*) FROM "{one.table}" WHERE "{one.column}" = %(gone)s' for one in known
            ),
            {"gone": gone},
        )
        return in_words(dict(cursor.fetchall()))


def in_words(moved: Mapping[str, int]) -> str:
    """What came over, as a phrase: "12 messages, 3 notes"."""
    return ", ".join(
        f"{count:,} {_CALLED[table][count != 1]}" for table, count in moved.items() if table in _CALLED and count
    )
