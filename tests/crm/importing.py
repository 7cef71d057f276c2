"""What the tests of imports share: a file from text, and an import run to its end."""

from __future__ import annotations

import io
from typing import Any

from crm.importing.running import run
from crm.importing.starting import take_in
from crm.models import ImportBatch, User
from crm.models.import_batch import ImportState
from tests.factories import NOW


def upload(text: str | bytes, *, name: str = "people.csv", by: User | None = None, **fields: Any) -> ImportBatch:
    """Take a file in; `mapping` given here is laid over the guessed one."""
    batch = take_in(io.BytesIO(text.encode() if isinstance(text, str) else text), name, by=by, now=NOW)
    batch.mapping |= fields.pop("mapping", {})
    batch.options |= fields.pop("options", {})
    for field, value in fields.items():
        setattr(batch, field, value)
    batch.state = ImportState.QUEUED
    batch.save()
    return batch


def imported(text: str | bytes, **fields: Any) -> ImportBatch:
    """Import a file and return what came of it."""
    batch = upload(text, **fields)
    assert run(batch.pk, now=NOW)
    batch.refresh_from_db()
    return batch


def outcome(batch: ImportBatch) -> tuple[int, int, int, int]:
    """Created, merged, skipped, failed; together they are the rows."""
    assert batch.created + batch.merged + batch.skipped + batch.failed == batch.rows, batch.error
    return batch.created, batch.merged, batch.skipped, batch.failed


def reasons(batch: ImportBatch) -> list[tuple[int, str, str]]:
    """Row, column and reason of every problem."""
    return list(batch.problems.order_by("pk").values_list("row", "column", "reason"))
