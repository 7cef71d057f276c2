"""How what was done to contacts, their tags and notes is taken back: rows that nobody has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from crm.contact_state import lifecycle_data
from crm.models import Contact, Note, Tag, User
from crm.notes import delete_notes, restore_notes
from crm.tagging import tag
from crm.timeline import Happening, record
from crm.undo import UndoResult, register_undoer

CONTACTS, TAGS, NOTES = "contacts", "contact_tags", "notes"


def remembered(column: str, rows: Mapping[int, Any], event: str) -> dict[str, Any]:
    """What `put_back` needs to know: the column's values before, and the event that says it went back."""
    return {"column": column, "rows": [[pk, value] for pk, value in rows.items()], "event": event}


def put_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Give each contact its value of before, where it still has the version that the action left."""
    result = UndoResult()
    column = payload["column"]
    versions = payload["versions"]
    groups: dict[Any, list[int]] = {}
    for pk, value in payload["rows"]:
        groups.setdefault(value, []).append(pk)
    for value, ids in groups.items():
        unchanged = [
            pk
            for pk, version in Contact.objects.filter(pk__in=ids)
            .order_by("pk")
            .select_for_update()
            .values_list("pk", "version")
            if version == versions[str(pk)]
        ]
        Contact.objects.filter(pk__in=unchanged).update(**{column: value}, version=F("version") + 1, updated_at=now)
        data: dict[str, Any] = {"undone": True}
        if column in ("owner_id", "team_id"):
            data |= {"to": _owner_name(value) if column == "owner_id" else "their team of before", "to_id": value}
        if column == "lifecycle":
            data |= lifecycle_data(payload["to"], value)
        record(
            [Happening(payload["event"], pk, now, actor="person", user_id=by.pk, data=data) for pk in unchanged],
            now=now,
        )
        result.done += unchanged
        result.refused |= {pk: "Somebody has changed this contact since." for pk in ids if pk not in set(unchanged)}
    return result


def _owner_name(pk: int | None) -> str:
    user = User.objects.filter(pk=pk).first() if pk else None
    return user.name if user else "nobody"


def tag_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Take off what was put on, and put on what was taken off."""
    result = UndoResult()
    for tag_id, ids in payload["put"].items():
        result.done += tag(
            Contact.objects.filter(pk__in=ids), remove=[int(tag_id)], by=by, now=now, undoable=False
        ).done
    for tag_id, ids in payload["taken"].items():
        if Tag.objects.filter(pk=tag_id).exists():
            result.done += tag(
                Contact.objects.filter(pk__in=ids), add=[int(tag_id)], by=by, now=now, undoable=False
            ).done
    return result


def notes_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Bring a deleted note back, or take a new one away."""
    if payload["deleted"]:
        return UndoResult(done=restore_notes(payload["ids"], by=by, now=now).done)
    return UndoResult(
        done=delete_notes(Note.objects.filter(pk__in=payload["ids"], deleted_at=None), by=by, now=now).done
    )


def register_undoers() -> None:
    """Make the three known; called at start-up."""
    register_undoer(CONTACTS, put_back)
    register_undoer(TAGS, tag_back)
    register_undoer(NOTES, notes_back)
