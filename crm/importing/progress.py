"""How far an import is: a row that says so, moved on only by whoever holds it."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from crm.models import ImportBatch
from crm.models.import_batch import ImportState


class TakenOver(Exception):
    """Another worker runs this import now."""


def still_ours(batch: ImportBatch, done: int) -> None:
    """Raise TakenOver unless the row says what we believe: whoever commits a batch moves it on."""
    row = ImportBatch.objects.select_for_update().filter(pk=batch.pk, state=ImportState.RUNNING, rows_done=done).first()
    if row is None:
        raise TakenOver


def start_over(batch: ImportBatch) -> None:
    """Forget what a dry run or an earlier try counted and found."""
    batch.problems.all().delete()
    batch.rows_done = batch.created = batch.merged = batch.skipped = batch.failed = 0
    batch.save(update_fields=["rows_done", "created", "merged", "skipped", "failed"])


def finish(batch: ImportBatch, state: str, rows: int) -> None:
    """Note that it went to its end; the file of one that is stored is removed."""
    batch.state, batch.rows = state, rows
    batch.lease_until, batch.finished_at = None, timezone.now()
    with transaction.atomic():
        still_ours(batch, rows)
        ImportBatch.objects.filter(pk=batch.pk).update(
            state=state, rows=rows, rows_done=rows, lease_until=None, finished_at=batch.finished_at
        )
    if state == ImportState.DONE:
        Path(batch.path).unlink(missing_ok=True)


def fail(batch: ImportBatch, error: str) -> None:
    """Note that it stopped, and why."""
    batch.state, batch.error = ImportState.FAILED, error
    Path(batch.path).unlink(missing_ok=True)
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.FAILED, error=error, lease_until=None, finished_at=timezone.now()
    )
