"""What people do to many contacts at once: give them away, move them on, delete and restore them.

Each verb takes a set, locks it in the order of ids, and leaves one event a contact and one step that takes it back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from crm.contact_fields import RULES
from crm.contact_state import lifecycle_data, state_of
from crm.duplicates import find_same, keys_of
from crm.models import Contact, Lifecycle, Merge, Team, User
from crm.results import Result
from crm.taking_back import CONTACTS, remembered
from crm.timeline import Happening, record
from crm.undo import remember

#: How many rows one verb takes at once: enough for any page, small enough to lock.
MOST = 10_000


def give(contacts: QuerySet[Contact], *, to: User | Team | None, by: User | None, now: datetime) -> Result:
    """Give contacts to a colleague or a team; None leaves them with nobody. Viewers and those gone get nothing."""
    if isinstance(to, User) and (not to.is_active or to.role == "viewer"):
        return Result(
            refused=dict.fromkeys(contacts.values_list("pk", flat=True)[:MOST], f"{to.name} cannot hold contacts.")
        )
    column = "team_id" if isinstance(to, Team) else "owner_id"
    value = to.pk if to else None
    name = "nobody" if to is None else to.name
    with transaction.atomic():
        rows = _locked(contacts, column)
        moving = {pk: old for pk, old in rows.items() if old != value}
        data = {
            pk: {"from_id": old, "to_id": value, "to": name, "team": column == "team_id"} for pk, old in moving.items()
        }
        return _write(moving, column, value, "owner_changed", f"Gave {_said(moving)} to {name}", data, by, now)


def set_lifecycle(contacts: QuerySet[Contact], *, to: str, by: User | None, now: datetime) -> Result:
    """Move contacts to another place in their lifecycle. Raises ValueError for an unknown one."""
    label = Lifecycle(to).label
    with transaction.atomic():
        moving = {pk: old for pk, old in _locked(contacts, "lifecycle").items() if old != to}
        data = {pk: lifecycle_data(old, to) for pk, old in moving.items()}
        return _write(moving, "lifecycle", to, "lifecycle_changed", f"Moved {_said(moving)} to {label}", data, by, now)


@dataclass(frozen=True, slots=True)
class NewOwner:
    """A colleague who gets a contact, and the reason as words that end a sentence."""

    id: int
    name: str
    because: str = ""


def give_each(owners: Mapping[int, NewOwner], *, now: datetime) -> Result:
    """Give contacts, by id, each to its own colleague, in the product's name; who has that owner already stays. The
    caller makes sure that each may hold contacts."""
    with transaction.atomic():
        rows = _locked(Contact.objects.alive().filter(pk__in=owners), "owner_id")
        moving = {pk: old for pk, old in rows.items() if old != owners[pk].id}
        if not moving:
            return Result()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_contact c SET owner_id = t.owner, version = c.version + 1, updated_at = %s"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS t(id, owner) WHERE c.id = t.id",
                [now, list(moving), [owners[pk].id for pk in moving]],
            )
        told = [
            Happening(
                "owner_changed",
                pk,
                now,
                data={
                    "from_id": old, "to_id": owners[pk].id, "to": owners[pk].name, "team": False,
                    "because": owners[pk].because,
                },
            )
            for pk, old in moving.items()
        ]  # fmt: skip
        record(told, now=now)
    return Result(done=list(moving))


def set_field(contacts: QuerySet[Contact], *, name: str, value: Any, now: datetime) -> Result:
    """Set a built-in field of contacts to one clean value, in the product's name; those that have it already stay.

    The value comes from `crm.contact_fields.clean_fields`.
    """
    with transaction.atomic():
        moving = {pk: old for pk, old in _locked(contacts, name).items() if old != value}
        changes = {pk: {name: [old, value]} for pk, old in moving.items()}
        Contact.objects.filter(pk__in=list(moving)).update(**{name: value}, version=F("version") + 1, updated_at=now)
        return _tell_changed(changes, RULES[name].label.lower(), now)


def set_own_field(contacts: QuerySet[Contact], *, slug: str, value: Any, now: datetime) -> Result:
    """Set one of the organisation's own fields of contacts to a clean value, None to take it away; those that have it
    already stay. The value comes from `crm.custom_fields.clean_custom`."""
    with transaction.atomic():
        moving = {pk: old for pk, old in _locked(contacts, "custom").items() if old.get(slug) != value}
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_contact SET custom = CASE WHEN %s THEN custom - %s"
                " ELSE custom || jsonb_build_object(%s::text, %s::jsonb) END, version = version + 1, updated_at = %s"
                " WHERE id = ANY(%s)",
                [value is None, slug, slug, json.dumps(value), now, list(moving)],
            )
        changes = {pk: {"custom": [old, _with(old, slug, value)]} for pk, old in moving.items()}
        return _tell_changed(changes, RULES["custom"].label.lower(), now)


def _with(old: Mapping[str, Any], slug: str, value: Any) -> dict[str, Any]:
    return {name: one for name, one in {**old, slug: value}.items() if one is not None}


def _tell_changed(changes: Mapping[int, dict[str, Any]], words: str, now: datetime) -> Result:
    record(
        [
            Happening("contact_changed", pk, now, data={"fields": words, "changes": change})
            for pk, change in changes.items()
        ],
        now=now,
    )
    return Result(done=list(changes))


def delete(contacts: QuerySet[Contact], *, by: User | None, now: datetime) -> Result:
    """Take contacts out of every list and search; `restore` brings them back."""
    with transaction.atomic():
        rows = dict.fromkeys(_locked(contacts.filter(deleted_at__isnull=True), "pk"))
        return _write(
            rows, "deleted_at", now, "contact_deleted", f"Deleted {_said(rows)}", {}, by, now, back="contact_restored"
        )


def restore(contacts: QuerySet[Contact], *, by: User | None, now: datetime) -> Result:
    """Bring deleted contacts back; one whose address has since been given to another is refused."""
    refused: dict[int, str] = {}
    rows: dict[int, None] = {}
    with transaction.atomic():
        gone = list(contacts.filter(deleted_at__isnull=False).order_by("pk").select_for_update(of=("self",))[:MOST])
        taken = find_same(key for contact in gone for key in keys_of(state_of(contact)))
        merged = set(
            Merge.objects.filter(gone_id__in=[contact.pk for contact in gone], undone_at__isnull=True).values_list(
                "gone_id", flat=True
            )
        )
        for contact in gone:
            held = next((key for key in keys_of(state_of(contact)) if key in taken), None)
            if contact.pk in merged:
                refused[contact.pk] = "This contact was merged into another. Take the merge back instead."
            elif held:
                refused[contact.pk] = f"Another contact has {held[1]} now."
            else:
                rows[contact.pk] = None
        result = _write(rows, "deleted_at", None, "contact_restored", "", {}, by, now)
    result.refused = refused
    return result


def _locked(contacts: QuerySet[Contact], column: str) -> dict[int, Any]:
    """Lock the set in the order of ids and return the column's values."""
    rows = contacts.order_by("pk").select_for_update(of=("self",)).values_list("pk", column)[:MOST]
    return dict(rows)


def _said(rows: Mapping[int, Any]) -> str:
    return "1 contact" if len(rows) == 1 else f"{len(rows):,} contacts"


def _write(
    rows: Mapping[int, Any],
    column: str,
    value: Any,
    event: str,
    label: str,
    data: Mapping[int, dict[str, Any]],
    by: User | None,
    now: datetime,
    back: str = "",
) -> Result:
    """Write one column of locked rows with their events; a label makes it a step that can be taken back."""
    if not rows:
        return Result()
    Contact.objects.filter(pk__in=list(rows)).update(**{column: value}, version=F("version") + 1, updated_at=now)
    who: dict[str, Any] = {"actor": "person" if by else "system", "user_id": by.pk if by else None}
    record([Happening(event, pk, now, data=data.get(pk, {}), **who) for pk in rows], now=now)
    undo_id = None
    if by is not None and label:
        versions = {
            str(pk): version for pk, version in Contact.objects.filter(pk__in=list(rows)).values_list("pk", "version")
        }
        payload = remembered(column, rows, back or event) | {
            "versions": versions,
            "to": value if isinstance(value, str) else "",
        }
        undo_id = remember(user=by, label=label, kind=CONTACTS, payload=payload, now=now)
    return Result(done=list(rows), undo_id=undo_id)
