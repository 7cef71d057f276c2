"""Adding contacts and changing one; what is done to many at once is in `crm.contact_sets`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from crm.contact_fields import RULES, clean_fields
from crm.contact_sets import delete, give, restore, set_lifecycle
from crm.contact_state import lifecycle_data, state_of
from crm.custom_fields import clean_custom, own_fields
from crm.duplicates import find_same, keys_of
from crm.models import Contact, ContactTag, Organisation, User
from crm.timeline import Happening, record

__all__ = [
    "Changed",
    "Creation",
    "NewContact",
    "change_contact",
    "create_contacts",
    "delete",
    "give",
    "restore",
    "set_lifecycle",
]


@dataclass(slots=True, kw_only=True)
class NewContact:
    """Values as typed; they are normalised here. `speed_to_lead` asks for the first-contact clock."""

    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    job_title: str = ""
    email: str = ""
    other_emails: Sequence[str] = ()
    phone: str = ""
    other_phones: Sequence[str] = ()
    shares_address: bool = False
    external_id: str = ""
    time_zone: str = ""
    language: str = ""
    country: str = ""
    city: str = ""
    source: str = ""
    lifecycle: str = "new"
    owner_id: int | None = None
    team_id: int | None = None
    preferred_channel: str = ""
    rhythm_days: int | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    tag_ids: Sequence[int] = ()
    speed_to_lead: bool = True


@dataclass(slots=True)
class Creation:
    """`ids` in the order of the rows that were stored; `refused` by position: field -> sentence ("" for the whole row)."""

    ids: list[int] = field(default_factory=list)
    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    #: Position -> the contact that is the same person already.
    same_as: dict[int, int] = field(default_factory=dict)


def create_contacts(rows: Sequence[NewContact], *, by: User | None, now: datetime) -> Creation:
    """Store new contacts with their tags and events. A row that breaks a rule, or is somebody already there, is
    named and left out; the others are stored."""
    made = Creation()
    good: list[tuple[int, NewContact, dict[str, Any]]] = []
    country = Organisation.objects.current().country
    fields = own_fields() if any(row.custom for row in rows) else {}
    for position, row in enumerate(rows):
        values = asdict(row)
        for extra in ("tag_ids", "speed_to_lead"):
            values.pop(extra)
        clean, bad = clean_fields(values, country=country)
        clean["custom"], wrong = clean_custom(values["custom"], fields)
        bad |= wrong
        if not bad and not any(
            clean[name] for name in ("first_name", "last_name", "organisation", "email", "phone", "external_id")
        ):
            bad = {"": "A contact needs a name, an e-mail address, a phone number or an external id."}
        if bad:
            made.refused[position] = bad
        else:
            good.append((position, row, clean))
    with transaction.atomic():
        fresh = _without_doubles(good, made)
        try:
            with transaction.atomic():
                stored = Contact.objects.bulk_create(
                    [Contact(**clean, created_by=by, created_at=now, updated_at=now) for _, _, clean in fresh]
                )
        except IntegrityError:  # somebody stored the same person between our look and our write
            return create_contacts(rows, by=by, now=now)
        made.ids = [contact.pk for contact in stored]
        _tag_new(fresh, stored)
        record(
            [
                Happening(
                    "contact_created",
                    contact.pk,
                    now,
                    actor="person" if by else "system",
                    user_id=by.pk if by else None,
                    data={
                        "by": by.name if by else "Followthrough",
                        "lifecycle": contact.lifecycle,
                        "speed_to_lead": row.speed_to_lead,
                        **({"source": contact.source} if contact.source else {}),
                        **({"tag_ids": list(dict.fromkeys(row.tag_ids))} if row.tag_ids else {}),
                    },
                )
                for contact, (_, row, _) in zip(stored, fresh, strict=True)
            ],
            now=now,
        )
    return made


def _without_doubles(
    good: Sequence[tuple[int, NewContact, dict[str, Any]]], made: Creation
) -> list[tuple[int, NewContact, dict[str, Any]]]:
    known = find_same(key for _, _, clean in good for key in keys_of(clean))
    fresh = []
    taken: set[tuple[str, str]] = set()
    for position, row, clean in good:
        keys = keys_of(clean)
        found = next((key for key in keys if key in known or key in taken), None)
        if found is None:
            taken.update(keys)
            fresh.append((position, row, clean))
            continue
        name = {"id": "external_id"}.get(found[0], found[0])
        made.refused[position] = {name: f"Another contact has the {RULES[name].label.lower()} {found[1]} already."}
        if found in known:
            made.same_as[position] = known[found]
    return fresh


def _tag_new(fresh: Sequence[tuple[int, NewContact, dict[str, Any]]], stored: Sequence[Contact]) -> None:
    links = [
        ContactTag(contact=contact, tag_id=tag_id)
        for contact, (_, row, _) in zip(stored, fresh, strict=True)
        for tag_id in dict.fromkeys(row.tag_ids)
    ]
    if links:
        ContactTag.objects.bulk_create(links, ignore_conflicts=True)


@dataclass(slots=True)
class Changed:
    """`stale` holds the state now in force where somebody changed the row first; `refused` is by field."""

    done: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    stale: dict[str, Any] | None = None
    same_as: int | None = None
    version: int = 0


def change_contact(
    contacts: QuerySet[Contact],
    *,
    by: User | None,
    now: datetime,
    changes: Mapping[str, Any],
    version: int | None = None,
) -> Changed:
    """Change fields of the one contact in the set. `custom` is merged: a slug with None takes its value away.

    A `version` that is no longer the row's refuses the change as stale. Raises Contact.DoesNotExist.
    """
    clean, bad = clean_fields(changes, country=str(changes.get("country") or Organisation.objects.current().country))
    if "custom" in clean:
        clean["custom"], wrong = clean_custom(clean["custom"], own_fields())
        bad |= wrong
    with transaction.atomic():
        contact = contacts.order_by().select_for_update(of=("self",)).get()
        if version is not None and version != contact.version:
            return Changed(stale=state_of(contact), version=contact.version)
        if "custom" in clean:
            merged = {**contact.custom, **clean["custom"]}
            clean["custom"] = {slug: value for slug, value in merged.items() if value is not None}
        before = {name: getattr(contact, name) for name in clean}
        changed = {name: value for name, value in clean.items() if value != before[name]}
        result = Changed(refused=bad, version=contact.version)
        if not bad:
            _refuse_doubles(contact, changed, result)
        if result.refused or not changed:
            result.done = not result.refused
            return result
        try:
            with transaction.atomic():
                Contact.objects.filter(pk=contact.pk).update(**changed, version=F("version") + 1, updated_at=now)
        except IntegrityError:
            return Changed(
                refused={"": "Somebody stored a contact with the same address at this very moment. Try again."}
            )
        _tell_of_change(contact, before, changed, by, now)
        return Changed(done=True, version=contact.version + 1)


def _refuse_doubles(contact: Contact, changed: Mapping[str, Any], result: Changed) -> None:
    after = {
        name: getattr(contact, name)
        for name in ("email", "other_emails", "phone", "other_phones", "external_id", "shares_address")
    }
    after.update({name: value for name, value in changed.items() if name in after})
    if not any(name in changed for name in ("email", "phone", "external_id", "shares_address")):
        return
    for kind, other in find_same(keys_of(after), but=[contact.pk]).items():
        name = {"id": "external_id"}.get(kind[0], kind[0])
        result.refused[name] = f"Another contact has the {RULES[name].label.lower()} {kind[1]} already."
        result.same_as = other


def _tell_of_change(
    contact: Contact, before: Mapping[str, Any], changed: Mapping[str, Any], by: User | None, now: datetime
) -> None:
    who: dict[str, Any] = {"actor": "person" if by else "system", "user_id": by.pk if by else None}
    happened = []
    plain = {name: value for name, value in changed.items() if name not in ("owner_id", "lifecycle")}
    if plain:
        words = ", ".join(RULES[name].label.lower() for name in plain)
        happened.append(
            Happening(
                "contact_changed",
                contact.pk,
                now,
                data={"fields": words, "changes": {name: [before[name], value] for name, value in plain.items()}},
                **who,
            )
        )
    if "owner_id" in changed:
        happened.append(
            Happening(
                "owner_changed", contact.pk, now, data=_owner_data(before["owner_id"], changed["owner_id"]), **who
            )
        )
    if "lifecycle" in changed:
        happened.append(
            Happening(
                "lifecycle_changed",
                contact.pk,
                now,
                data=lifecycle_data(before["lifecycle"], changed["lifecycle"]),
                **who,
            )
        )
    record(happened, now=now)


def _owner_data(old: int | None, new: int | None) -> dict[str, Any]:
    name = User.objects.get(pk=new).name if new else "nobody"
    return {"from_id": old, "to_id": new, "to": name}
