"""Taking back what was just done to documents, where nobody has changed them since."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from crm.documents.arming import arm, hold_contacts, today_here
from crm.documents.filing import FILES, put_files_back
from crm.documents.handling import ASKED_TWICE, HANDLED
from crm.documents.requesting import REQUEST, open_kinds
from crm.documents.standing import OPEN
from crm.documents.telling import tell
from crm.models import Document, DocumentFile, User
from crm.undo import UndoResult, register_undoer

SINCE = "Somebody has changed this document since."
_MOMENTS = ("requested_at", "received_at", "reviewed_at", "deleted_at")
_DAYS = ("due_on", "expires_on")


def unrequest(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Take off the checklist what was just asked for."""
    today = today_here(now)
    with transaction.atomic():
        rows = list(Document.objects.alive().filter(pk__in=payload["ids"]).order_by("pk").select_for_update())
        good = [one for one in rows if one.version == 1]
        Document.objects.filter(pk__in=[one.pk for one in good]).update(
            deleted_at=now, look_on=None, version=F("version") + 1, updated_at=now
        )
        tell("document_withdrawn", good, by=by, now=now, today=today, undone=True)
    return UndoResult([one.pk for one in good], {one.pk: SINCE for one in rows if one not in good})


def put_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    """Give each document what it was before; the event is that of the state it goes back to."""
    result, today = UndoResult(), today_here(now)
    before = {int(pk): _read(values) for pk, values in payload["before"].items()}
    versions = {int(pk): version for pk, version in payload["versions"].items()}
    with transaction.atomic():
        rows = Document.objects.filter(pk__in=before)
        hold_contacts(rows.values_list("contact_id", flat=True))
        for one in rows.order_by("pk").select_for_update():
            values = before[one.pk]
            if one.version != versions[one.pk]:
                result.refused[one.pk] = SINCE
                continue
            taken = open_kinds([one.contact_id], leaving_out=[one.pk])
            if values["state"] in OPEN and (one.contact_id, values["kind_id"] or 0) in taken:
                result.refused[one.pk] = ASKED_TWICE
                continue
            Document.objects.filter(pk=one.pk).update(**values, version=F("version") + 1, updated_at=now)
            was_gone = one.deleted_at is not None
            moved = was_gone or one.state != values["state"]
            for name, value in values.items():
                setattr(one, name, value)
            kind = f"document_{one.state}" if moved else "document_changed"
            tell(kind, [one], by=by, now=now, today=today, undone=True, fields="back to what it was")
            result.done.append(one.pk)
        arm(result.done)
        came_with_it = DocumentFile.objects.filter(pk__in=payload["file_ids"], document__in=result.done)
        came_with_it.update(removed_at=now)
    return result


def _read(values: dict[str, Any]) -> dict[str, Any]:
    found = dict(values)
    found |= {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if values[name]}
    return found | {name: date.fromisoformat(values[name]) for name in _DAYS if values[name]}


def register_undoers() -> None:
    """Make the three known; called at start-up."""
    register_undoer(REQUEST, unrequest)
    register_undoer(HANDLED, put_back)
    register_undoer(FILES, put_files_back)
