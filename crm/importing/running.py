"""Running an import: batch after batch, each committed whole with how far it got, so that it can stop anywhere and go on."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from crm.access import contacts_for
from crm.collecting import without_collecting
from crm.duplicates import find_same
from crm.importing.ahead import Piece, ahead, pieces
from crm.importing.checking import Checked, Problem
from crm.importing.contact_lines import ContactLines
from crm.importing.deciding import Decisions, Key, decide
from crm.importing.merging import store_merges
from crm.importing.plan import Plan, make_missing_fields, make_plan
from crm.importing.progress import TakenOver, fail, finish, start_over, still_ours
from crm.importing.reading import Table, open_table
from crm.importing.records.running import run_records, undo_records
from crm.importing.seen import Seen
from crm.importing.storing import LEASE, Story, store_new, store_opt_outs, store_problems, store_tags, store_way_back
from crm.importing.text_files import Unreadable
from crm.importing.undoing import undo
from crm.models import CustomField, ImportBatch, Organisation
from crm.models.import_batch import ImportKind, ImportState
from crm.tagging import tags_named

log = logging.getLogger(__name__)


def run(batch_id: int, *, now: datetime) -> bool:
    """Run a queued import, dry run or undo, or one whose worker died, to its end; False when another has it.

    Raises nothing but what stops a process: a file that turns out unreadable makes the import failed, with the reason.
    """
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update(skip_locked=True).filter(pk=batch_id).first()
        if batch is None or not _free(batch, now):
            return False
        batch.state = ImportState.RUNNING
        batch.lease_until = timezone.now() + LEASE
        batch.save(update_fields=["state", "lease_until"])
        if batch.kind == ImportKind.CONTACTS and not batch.options.get("dry_run") and not batch.options.get("undo"):
            make_missing_fields(batch)
    try:
        with without_collecting():
            _run_claimed(batch, now)
    except Unreadable as problem:
        fail(batch, str(problem))
    except FileNotFoundError:
        fail(batch, "The file is no longer there. Upload it again.")
    except TakenOver:
        return False
    except Exception:
        log.exception("import failed", extra={"import": batch.pk})
        fail(batch, "Something went wrong that is not the file's fault. What was stored so far can be undone.")
    return True


def _run_claimed(batch: ImportBatch, now: datetime) -> None:
    if batch.kind != ImportKind.CONTACTS:
        (undo_records if batch.options.get("undo") else run_records)(batch, now=now)
        return
    if batch.options.get("undo"):
        undo(batch, now=now)
        return
    table = open_table(Path(batch.path), encoding=batch.encoding, delimiter=batch.delimiter)
    if batch.options.get("dry_run"):
        _dry_run(batch, table)
    else:
        _real_run(batch, table, now)


def run_waiting(now: datetime) -> int:
    """Run the imports that nobody took, and those whose worker died; returns how many. The sweep's work."""
    waiting = ImportBatch.objects.filter(state__in=[ImportState.QUEUED, ImportState.RUNNING], lease_until__lte=now)
    return sum(run(pk, now=now) for pk in list(waiting.order_by("pk").values_list("pk", flat=True)))


def _free(batch: ImportBatch, now: datetime) -> bool:
    if batch.state == ImportState.QUEUED:
        return True
    return batch.state == ImportState.RUNNING and (batch.lease_until is None or batch.lease_until <= now)


def _real_run(batch: ImportBatch, table: Table, now: datetime) -> None:
    plan = make_plan(batch, table)
    story = Story(batch, batch.created_by, now)
    lines = ContactLines(by_id=batch.created_by_id, now=now, rhythm=Organisation.objects.current().rhythm)
    done = batch.rows_done
    for piece in ahead(pieces(table, plan.checker, done, lines)):
        for attempt in range(4):
            try:
                with transaction.atomic():
                    _store(piece, batch, done, plan, lines, story)
                break
            except IntegrityError:
                # Somebody stored one of these people between our look and our write: look again.
                if attempt == 3:
                    raise
        done += piece.count
    finish(batch, ImportState.DONE, done)


def _store(piece: Piece, batch: ImportBatch, done: int, plan: Plan, lines: ContactLines, story: Story) -> None:
    still_ours(batch, done)
    made = _decide(piece, batch, find_same(piece.every_key))
    ids = store_new(made.new, lines, story)
    back = store_merges(made.into, story)
    touched = [(ids[row.row], row) for row in made.new] + [(pk, row) for row, pk in made.into]
    opted = store_opt_outs(touched, story)
    names = {name for _, row in touched for name in row.tags}
    tagged = store_tags(touched, tags_named(names) if names else {}, story)
    entries: list[tuple[int, int, dict[str, Any] | None, int]] = [(pk, number, None, 1) for number, pk in ids.items()]
    rows_of = {pk: row.row for row, pk in made.into}
    for pk, number in rows_of.items():
        before, version = back.get(pk, ({}, 0))
        entries.append(
            (pk, number, {"values": before, "opted": opted.get(pk, []), "tags": tagged.get(pk, [])}, version)
        )
    store_way_back(entries, batch.pk)
    _learn(plan, [row for _, row in touched])
    every = [*piece.problems, *made.problems]
    store_problems(sorted(every, key=lambda one: one.row), batch.pk)
    _note_progress(batch, done + piece.count, made, every)


def _decide(piece: Piece, batch: ImportBatch, known: dict[Key, int]) -> Decisions:
    return decide(
        piece.good, on_duplicate=batch.on_duplicate, known=known, hidden=_hidden(batch, known), keys=piece.keys
    )


def _hidden(batch: ImportBatch, known: dict[Key, int]) -> set[int]:
    """Contacts that the importer may not see: a file must not change what its owner cannot."""
    found = {pk for pk in known.values() if pk > 0}
    if not found or batch.created_by is None or batch.created_by.role == "administrator":
        return set()
    return found - set(contacts_for(batch.created_by).filter(pk__in=found).values_list("pk", flat=True))


def _learn(plan: Plan, rows: Iterable[Checked]) -> None:
    """Give the fields that this import made the choices that it met."""
    slugs = [column.slug for column in plan.columns if column.learns and column.kind in ("choice", "choices")]
    if not slugs:
        return
    met: dict[str, set[str]] = {slug: set() for slug in slugs}
    for row in rows:
        for slug in slugs:
            value = row.custom.get(slug)
            if value is not None:
                met[slug].update(value if isinstance(value, list) else (value,))
    for slug, values in met.items():
        if values - set(plan.fields[slug].choices):
            field = CustomField.objects.select_for_update().get(slug=slug)
            field.choices = [*field.choices, *sorted(values - set(field.choices))]
            field.save(update_fields=["choices"])
            plan.fields[slug] = field


def _note_progress(batch: ImportBatch, done: int, made: Decisions, problems: list[Problem]) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(
        rows_done=done,
        created=F("created") + len(made.new),
        merged=F("merged") + len(made.into) + made.folded,
        skipped=F("skipped") + made.skipped,
        failed=F("failed") + len({one.row for one in problems if not one.left_out}),
        lease_until=timezone.now() + LEASE,
    )


def _dry_run(batch: ImportBatch, table: Table) -> None:
    """Go through the whole file and store only what would become of it: counts and problems."""
    plan = make_plan(batch, table)
    start_over(batch)
    seen = Seen()
    done = 0
    try:
        for piece in ahead(pieces(table, plan.checker, 0)):
            with transaction.atomic():
                still_ours(batch, done)
                every = piece.every_key
                made = _decide(piece, batch, seen.find(every) | find_same(every))
                seen.add(
                    {
                        key: place if kind == "id" else -made.new[place].row
                        for key, (kind, place) in made.brought.items()
                    }
                )
                told = [*piece.problems, *made.problems]
                store_problems(sorted(told, key=lambda one: one.row), batch.pk)
                done += piece.count
                _note_progress(batch, done, made, told)
    finally:
        seen.forget()
    finish(batch, ImportState.CHECKED, done)
