"""Running an import of records: batch after batch, each committed whole, so that it can stop anywhere and go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from crm.importing.checking import Problem, plain_again
from crm.importing.progress import finish, start_over, still_ours
from crm.importing.reading import open_table
from crm.importing.records.kinds import Importer, Row, Stored, Taken, kinds
from crm.importing.storing import LEASE, store_problems
from crm.importing.text_files import Unreadable
from crm.models import ImportBatch, ImportedRecord, User
from crm.models.import_batch import ImportState

#: Rows a transaction.
BATCH = 2_000


def run_records(batch: ImportBatch, *, now: datetime) -> None:
    """Run the import, or its dry run, to its end. Raises Unreadable and TakenOver."""
    table = open_table(Path(batch.path), encoding=batch.encoding, delimiter=batch.delimiter)
    if table.kind == "vcf":
        raise Unreadable("An address book holds contacts, nothing else.")
    kind = kinds()[batch.kind]
    dry = bool(batch.options.get("dry_run"))
    if dry:
        start_over(batch)
    done = 0 if dry else batch.rows_done
    columns = {heading: target for heading, target in batch.mapping.items() if target}
    heading_of = {target: heading for heading, target in columns.items()}
    places = [(place, columns[name]) for place, name in enumerate(table.headings) if name in columns]
    empty = frozenset(word.casefold() for word in batch.options.get("empty_words", ()))
    neutralised = bool(batch.options.get("neutralised"))
    importer = kind.importer(batch)
    rows = table.rows(after=done)
    for taken in _pieces(rows, done):
        good, bad = _read(taken, places, len(table.headings), empty, neutralised=neutralised)
        for attempt in range(4):
            try:
                with transaction.atomic():
                    _store(batch, importer, good, bad, done, len(taken), heading_of, store=not dry, now=now)
                break
            except IntegrityError:
                # Somebody stored one of these between our look and our write: look again, with nothing remembered.
                if attempt == 3:
                    raise
                importer = kind.importer(batch)
        done += len(taken)
    finish(batch, ImportState.CHECKED if dry else ImportState.DONE, done)


def _pieces(rows: Iterator[tuple[int, list[str]]], done: int) -> Iterator[list[tuple[int, list[str]]]]:
    most = settings.IMPORT_MAX_ROWS
    while taken := list(islice(rows, BATCH)):
        if (done := done + len(taken)) > most:
            raise Unreadable(
                f"The file has more than {most:,} rows. Split it and import the parts one after the other."
            )
        yield taken


def _read(
    taken: Sequence[tuple[int, list[str]]],
    places: Sequence[tuple[int, str]],
    width: int,
    empty: frozenset[str],
    *,
    neutralised: bool,
) -> tuple[list[Row], list[Problem]]:
    """The filled cells of each row, and what is wrong with those that are no rows."""
    good: list[Row] = []
    bad: list[Problem] = []
    for number, cells in taken:
        if not cells:
            bad.append(Problem(number, "", "The row has nothing in it."))
        elif len(cells) > width and any(cells[width:]):
            bad.append(Problem(number, "", f"The row has {len(cells)} cells, the heading only {width}."))
        elif any("\x00" in cell for cell in cells):
            bad.append(Problem(number, "", "The text holds a NUL character."))
        else:
            found = {target: cells[place].strip() for place, target in places if place < len(cells)}
            if neutralised:
                found = {target: plain_again(text) for target, text in found.items()}
            good.append(
                Row(number, {name: text for name, text in found.items() if text and text.casefold() not in empty})
            )
    return good, bad


def _store(
    batch: ImportBatch,
    importer: Importer,
    good: Sequence[Row],
    bad: list[Problem],
    done: int,
    count: int,
    heading_of: Mapping[str, str],
    *,
    store: bool,
    now: datetime,
) -> None:
    still_ours(batch, done)
    taken = importer.take(good, store=store, now=now) if good else Taken()
    for problem in taken.problems:
        problem.column = heading_of.get(problem.column, "")
    problems = sorted([*bad, *taken.problems], key=lambda one: one.row)
    store_problems(problems, batch.pk)
    if store:
        ImportedRecord.objects.bulk_create(
            [
                ImportedRecord(
                    batch=batch,
                    table=one.table,
                    object_id=one.pk,
                    row=one.row,
                    before=None if one.before is None else dict(one.before),
                )
                for one in taken.stored
            ],
            ignore_conflicts=True,
        )
    ImportBatch.objects.filter(pk=batch.pk).update(
        rows_done=done + count,
        created=F("created") + taken.created,
        merged=F("merged") + taken.merged,
        skipped=F("skipped") + taken.skipped,
        failed=F("failed") + len({one.row for one in problems if not one.left_out}),
        lease_until=timezone.now() + LEASE,
    )


def undo_records(batch: ImportBatch, *, now: datetime) -> None:
    """Take an import of records back in batches, the newest first; what must stay is listed as problems."""
    kind = kinds()[batch.kind]
    by = User.objects.filter(pk=batch.options.get("undo_by")).first()
    batch.problems.all().delete()
    while True:
        with transaction.atomic():
            rows = list(ImportedRecord.objects.filter(batch=batch).order_by("-pk")[:BATCH])
            if not rows:
                break
            kept = kind.undo([Stored(one.table, one.object_id, one.row, one.before) for one in rows], by, now)
            store_problems(kept, batch.pk)
            ImportedRecord.objects.filter(pk__in=[one.pk for one in rows]).delete()
            batch.rows_done -= min(len(rows), batch.rows_done)
            ImportBatch.objects.filter(pk=batch.pk).update(
                rows_done=batch.rows_done, lease_until=timezone.now() + LEASE
            )
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.UNDONE, lease_until=None, finished_at=timezone.now()
    )
