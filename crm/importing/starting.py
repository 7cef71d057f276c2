"""The steps of an import before it runs: taking the file in, proposing what its columns mean, queueing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from crm.collecting import without_collecting
from crm.importing.guessing import Guess, columns_of, find_empty_words, guess_columns
from crm.importing.plan import check_mapping
from crm.importing.presets import presets, recognise
from crm.importing.presets.preset import Preset
from crm.importing.progress import start_over
from crm.importing.reading import Table, open_table
from crm.importing.records.guessing import understood
from crm.importing.records.kinds import kind_of, kinds
from crm.importing.records.mapping import check_targets
from crm.importing.text_files import ENCODINGS, Unreadable, decodes
from crm.importing.words import plain
from crm.models import CustomField, ImportBatch, User
from crm.models.import_batch import ImportKind, ImportState

#: How long an uploaded file that nobody imports is kept.
KEPT = timedelta(days=7)
#: How long a queued import waits for the worker that was told of it, before the sweep takes it.
PATIENCE = timedelta(seconds=10)


@without_collecting()
def take_in(
    file: BinaryIO | File[bytes], name: str, *, by: User | None, now: datetime, preset: str = "", kind: str = ""
) -> ImportBatch:
    """Keep an uploaded file outside the web root, find out what it is and guess what its columns mean.

    Without a kind of record it is told from the headings, among those that the person may add.
    Raises Unreadable, keeping nothing, when it is no table.
    """
    _forget_old(now)
    folder = Path(settings.PRIVATE_DIR) / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{uuid4().hex}{Path(name).suffix.lower() if name.lower().endswith(('.xlsx', '.vcf')) else '.csv'}"
    try:
        with path.open("wb") as kept:
            shutil.copyfileobj(file, kept, 1 << 20)
        table = open_table(path, most_bytes=settings.IMPORT_MAX_BYTES)
        rows = table.sample()
        if not rows:
            raise Unreadable(
                "There is nothing in the cards of this file."
                if table.kind == "vcf"
                else "The file has headings, but no rows below them."
            )
        kind = kind or likely_kind(table, by)
        return _make(path, name, table, rows, by, now, preset, kind)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _make(
    path: Path,
    name: str,
    table: Table,
    rows: Sequence[Sequence[str]],
    by: User | None,
    now: datetime,
    preset: str,
    kind: str,
) -> ImportBatch:
    return ImportBatch.objects.create(
        created_by=by,
        created_at=now,
        file_name="".join(letter for letter in Path(name.replace("\\", "/")).name if letter.isprintable())[-255:]
        or "file",
        path=str(path),
        **_understood(table, rows, preset, kind),
    )


def likely_kind(table: Table, by: User | None) -> str:
    """The kind of records that the table holds, by its headings; contacts where the person may not add those."""
    if table.kind == "vcf":
        return ImportKind.CONTACTS
    found = kind_of(table.headings)
    return found if found in allowed_kinds(by) else ImportKind.CONTACTS


def allowed_kinds(by: User | None) -> dict[str, str]:
    """What the person may bring in, by name, with its words; the command line may everything."""
    others = {one.name: one.title for one in kinds().values() if by is None or by.can(one.permission)}
    return {str(ImportKind.CONTACTS): "Contacts", **others}


def _understood(table: Table, rows: Sequence[Sequence[str]], preset: str, kind: str) -> dict[str, Any]:
    """What was found out about the file, as the fields of its import."""
    if kind != ImportKind.CONTACTS:
        if table.kind == "vcf":
            raise Unreadable("An address book holds contacts, nothing else.")
        found = understood(kinds()[kind], table.headings, rows)
        found["options"]["about_rows"] = _about_rows(table, rows, table.path.stat().st_size)
        return {"kind": kind, "encoding": table.encoding, "delimiter": table.delimiter, "preset": "", **found}
    chosen = presets()["vcard"] if table.kind == "vcf" else presets()[preset] if preset else recognise(table.headings)
    cells = columns_of(rows)
    guesses = guess_columns(table.headings, cells, own=own_labels(), preset=_columns_of(chosen, table))
    return {
        "kind": kind,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "preset": chosen.name,
        "mapping": {guess.heading: guess.target for guess in guesses},
        "options": {
            "headings": table.headings,
            "empty_words": [] if chosen.neutralised else find_empty_words(cells),
            "date_styles": {guess.heading: guess.date_style for guess in guesses if guess.date_style},
            "guesses": {
                guess.heading: {"why": guess.why, "samples": [one[:80].replace("\0", "") for one in guess.samples]}
                for guess in guesses
            },
            "about_rows": _about_rows(table, rows, table.path.stat().st_size),
        },
    }


def _columns_of(preset: Preset, table: Table) -> Mapping[str, str]:
    """What the preset says; in cards, what programs keep for themselves is left out until somebody asks for it."""
    if table.kind != "vcf":
        return preset.columns
    return {heading: "" for heading in table.headings if heading.startswith("X-")} | dict(preset.columns)


def read_again(batch: ImportBatch, *, encoding: str) -> None:
    """Read the file in another encoding and guess its columns anew. Raises Unreadable, changing nothing."""
    if not decodes(Path(batch.path), encoding):
        raise Unreadable(f"The file is not in {ENCODINGS.get(encoding, encoding)}: part of it means nothing there.")
    table = open_table(Path(batch.path), encoding=encoding)
    found = _understood(table, table.sample(), "", batch.kind)
    ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.UPLOADED, **found)


def _about_rows(table: Table, rows: Sequence[Sequence[str]], size: int) -> int:
    """How many rows there are, roughly, for the progress bar before the first pass."""
    if len(rows) < 10_000 or table.kind != "csv":
        return len(rows)
    width = 2 if table.encoding.startswith("utf-16") else 1
    first = rows[:1_000]
    return int(size / (sum(sum(map(len, row)) + len(row) for row in first) * width / len(first)))


def take_as(batch: ImportBatch, *, kind: str) -> None:
    """Understand the file as one of another kind of records. Raises Unreadable, changing nothing."""
    table = open_table(Path(batch.path), encoding=batch.encoding, delimiter=batch.delimiter)
    found = _understood(table, table.sample(), "", kind)
    ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.UPLOADED, **found)


def own_labels() -> dict[str, str]:
    """The organisation's own fields by their labels, as written and, where that leaves anything, in plain form."""
    fields = list(CustomField.objects.filter(archived_at__isnull=True).values_list("label", "slug"))
    rough = {plain(label): slug for label, slug in fields if plain(label)}
    return rough | {label.casefold(): slug for label, slug in fields}


def guess_again(batch: ImportBatch, *, preset: str) -> list[Guess]:
    """Guess the columns as if the file came from another program. Raises Unreadable and KeyError."""
    table = open_table(Path(batch.path), encoding=batch.encoding, delimiter=batch.delimiter)
    return guess_columns(
        table.headings, columns_of(table.sample()), own=own_labels(), preset=_columns_of(presets()[preset], table)
    )


def queue_import(
    batch: ImportBatch,
    *,
    mapping: Mapping[str, str],
    on_duplicate: str,
    options: Mapping[str, Any],
    dry_run: bool,
    now: datetime,
) -> None:
    """Put an import, or its dry run, in line for a worker. Raises BadMapping."""
    if batch.kind == ImportKind.CONTACTS:
        check_mapping(mapping)
    else:
        check_targets(kinds()[batch.kind], mapping)
    with transaction.atomic():
        start_over(batch)
        batch.mapping = dict(mapping)
        batch.on_duplicate = on_duplicate
        batch.options = {**batch.options, **options, "dry_run": dry_run}
        batch.state, batch.error = ImportState.QUEUED, ""
        batch.lease_until = now + PATIENCE
        batch.save(update_fields=["mapping", "on_duplicate", "options", "state", "error", "lease_until"])
        _tell_worker(batch.pk)


def queue_undo(batch: ImportBatch, *, by: User | None, now: datetime) -> None:
    """Put the undoing of an import in line for a worker."""
    with transaction.atomic():
        batch.options = {**batch.options, "undo": True, "undo_by": by.pk if by else None}
        batch.state, batch.lease_until = ImportState.QUEUED, now + PATIENCE
        batch.save(update_fields=["options", "state", "lease_until"])
        _tell_worker(batch.pk)


def _tell_worker(batch_id: int) -> None:
    from crm.tasks import tell_worker_of_import  # tasks import what runs, which imports this package

    transaction.on_commit(lambda: tell_worker_of_import(batch_id))


def drop(batch: ImportBatch) -> None:
    """Forget an import that stored nothing, and its file."""
    Path(batch.path).unlink(missing_ok=True)
    batch.problems.all().delete()
    batch.delete()


def _forget_old(now: datetime) -> None:
    """Drop the uploads that were left lying: people's addresses do not stay in files for nothing."""
    waiting = [ImportState.UPLOADED, ImportState.CHECKED]
    for batch in ImportBatch.objects.filter(state__in=waiting, created_at__lt=now - KEPT)[:100]:
        drop(batch)
