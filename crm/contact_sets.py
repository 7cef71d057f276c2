"""What people do to many contacts at once: give them away, move them on, delete and restore them.

Each verb takes a set, locks it in the order of ids, and leaves one event a contact and one step that takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

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
