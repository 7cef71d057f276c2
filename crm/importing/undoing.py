"""Taking a whole import back: what it made is deleted, what it changed gets its values back (A13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.consent import forget
from crm.importing.checking import Problem
from crm.importing.merging import FIELDS, write_values
from crm.importing.storing import LEASE, Story, store_problems
from crm.models import Contact, ImportBatch, ImportedContact, User
from crm.models.import_batch import ImportState
from crm.tagging import tag
from crm.timeline import Happening, record, record_same

BATCH = 5_000


def undo(batch: ImportBatch, *, now: datetime) -> None:
    """Undo an import in batches, newest rows first; each commits whole and is then forgotten, so that it can go on
    where it stopped. Contacts that somebody has changed since keep their values and are listed as problems."""
    by = User.objects.filter(pk=batch.options.get("undo_by")).first()
    story = Story(batch, by, now)
    batch.problems.all().delete()
    while _undo_some(batch, story):
        pass
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.UNDONE, lease_until=None, finished_at=timezone.now()
    )


def _undo_some(batch: ImportBatch, story: Story) -> bool:
    with transaction.atomic():
        ids = list(
            ImportedContact.objects.filter(batch=batch)
            .order_by("-contact_id")
            .values_list("contact_id", flat=True)[:BATCH]
        )
        if not ids:
            return False
        entries = list(
            ImportedContact.objects.filter(batch=batch, contact_id__in=set(ids))
            .order_by("row")
            .values("contact_id", "row", "before", "version_after")
        )
        made = {entry["contact_id"] for entry in entries if entry["before"] is None}
        _delete_made(sorted(made), story)
        _put_back([dict(entry) for entry in entries if entry["contact_id"] not in made], story)
        forget(sorted(set(ids)), source=story.source, by=story.by, now=story.now)
        ImportedContact.objects.filter(batch=batch, contact_id__in=set(ids)).delete()
        ImportBatch.objects.filter(pk=batch.pk).update(
            rows_done=F("rows_done") - min(len(entries), batch.rows_done), lease_until=timezone.now() + LEASE
        )
        batch.rows_done -= min(len(entries), batch.rows_done)
    return True


def _delete_made(ids: list[int], story: Story) -> None:
    alive = list(
        Contact.objects.filter(pk__in=ids, deleted_at__isnull=True)
        .order_by("pk")
        .select_for_update()
        .values_list("pk", flat=True)
    )
    Contact.objects.filter(pk__in=alive).update(deleted_at=story.now, version=F("version") + 1, updated_at=story.now)
    record_same(story.happening("contact_deleted", {"undone": True}), alive, now=story.now)


def _put_back(entries: list[dict[str, Any]], story: Story) -> None:
    """Give merged contacts their values of before, unless somebody has changed them since the last merge."""
    by_contact: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        by_contact.setdefault(entry["contact_id"], []).append(entry)
    stored = {
        row["id"]: row
        for row in Contact.objects.filter(pk__in=by_contact)
        .order_by("pk")
        .select_for_update()
        .values("id", "version", *FIELDS)
    }
    back, kept = [], []
    untag: dict[int, list[int]] = {}
    for pk, merges in by_contact.items():
        for merge in merges:
            for tag_id in merge["before"].get("tags", ()):
                untag.setdefault(tag_id, []).append(pk)
        changed = [merge for merge in merges if merge["before"]["values"]]
        if not changed or pk not in stored:
            continue
        if stored[pk]["version"] != changed[-1]["version_after"]:
            kept.append(
                Problem(merges[-1]["row"], "", f"Contact {pk} was changed since and keeps its values.", left_out=True)
            )
            continue
        values = {name: stored[pk][name] for name in FIELDS}
        for merge in reversed(changed):
            values |= merge["before"]["values"]
        back.append({"id": pk, **values})
    write_values(back, story.now)
    for tag_id, ids in untag.items():
        tag(Contact.objects.filter(pk__in=ids), remove=[tag_id], by=story.by, now=story.now, undoable=False)
    told = []
    for row in back:
        happening: Happening = story.happening(
            "contact_changed", {"fields": "back to before the import", "undone": True}
        )
        happening.contact_id = row["id"]
        told.append(happening)
    record(told, now=story.now)
    store_problems(kept, story.batch.pk)


def can_undo(batch: ImportBatch) -> bool:
    """Whether there is anything to take back."""
    if batch.state not in (ImportState.DONE, ImportState.FAILED):
        return False
    return batch.contacts.exists() or batch.records.exists()
