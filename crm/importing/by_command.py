"""What the two commands that import have in common: a file taken in, run in this process, and reported."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.importing.plan import BadMapping
from crm.importing.running import run
from crm.importing.starting import take_in
from crm.importing.text_files import Unreadable
from crm.models import ImportBatch, User
from crm.models.import_batch import ImportState, OnDuplicate


def add_arguments(parser: ArgumentParser) -> None:
    """Take the file and what both commands may be told."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--on-duplicate", choices=OnDuplicate.values, default=OnDuplicate.MERGE)
    parser.add_argument(
        "--country", default="", help="where phones without a country code are from (ISO 3166-1 alpha-2)"
    )
    parser.add_argument("--user", default="", metavar="EMAIL", help="in whose name")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--json", action="store_true")


def taken_in(file: Path, options: dict[str, Any], **how: Any) -> ImportBatch:
    """The file as a batch; `how` goes to `take_in`. Raises CommandError."""
    user = None
    if options["user"]:
        user = User.objects.filter(email__iexact=options["user"]).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {options['user']}.")
    try:
        with file.open("rb") as opened:
            return take_in(opened, file.name, by=user, now=timezone.now(), **how)
    except OSError as problem:
        raise CommandError(f"{file} cannot be read: {problem.strerror}.") from problem
    except Unreadable as problem:
        raise CommandError(str(problem)) from problem


def pairs_of(batch: ImportBatch, pairs: list[str]) -> list[tuple[str, str]]:
    """What `--map` says: columns of the file and what they are. Raises BadMapping."""
    found = []
    for pair in pairs:
        column, mark, target = pair.rpartition("=")
        if not mark or column not in batch.mapping:
            raise BadMapping(f"There is no column “{column or pair}” in the file.")
        found.append((column, target))
    return found


def forget(batch: ImportBatch) -> None:
    """Remove a batch that comes to nothing, with its file."""
    Path(batch.path).unlink(missing_ok=True)
    batch.problems.all().delete()
    batch.delete()


def queue(batch: ImportBatch, mapping: dict[str, str], options: dict[str, Any], **own: Any) -> None:
    """Keep what the batch was told."""
    batch.mapping, batch.on_duplicate, batch.state = mapping, options["on_duplicate"], ImportState.QUEUED
    batch.options |= {"dry_run": options["dry_run"], "country": options["country"].upper(), **own}
    batch.save(update_fields=["mapping", "on_duplicate", "options", "state"])


def finish(batch: ImportBatch, options: dict[str, Any], words: str, command: BaseCommand, *, tell: bool) -> None:
    """Run it and say what came of it. `words` has places for the counts and for "would be "; with `tell` also what was
    read otherwise than it stood there is named.

    Raises CommandError where the whole failed, and SystemExit(1) where a row could not be stored.
    """
    run(batch.pk, now=timezone.now())
    batch.refresh_from_db()
    if batch.state == ImportState.FAILED:
        raise CommandError(batch.error)
    _report(batch, options, words, command, tell=tell)
    failed = batch.failed
    if options["dry_run"]:
        forget(batch)
    if failed:
        raise SystemExit(1)


def _report(batch: ImportBatch, options: dict[str, Any], words: str, command: BaseCommand, *, tell: bool) -> None:
    lines = batch.problems.order_by("pk").values("row", "column", "reason")
    named = {"failed": list(lines.filter(left_out=False))} | (
        {"told": list(lines.filter(left_out=True))} if tell else {}
    )
    figures = {"rows": batch.rows, "created": batch.created, "merged": batch.merged, "skipped": batch.skipped}
    if options["json"]:
        command.stdout.write(json.dumps({**figures, **named, "import_id": batch.pk}, ensure_ascii=False))
        return
    for problem in chain(*named.values()):
        command.stderr.write(f"row {problem['row']}, {problem['column'] or 'whole row'}: {problem['reason']}")
    verb = "would be " if options["dry_run"] else ""
    command.stdout.write(words.format(**figures, refused=batch.failed, verb=verb))
    if not options["dry_run"]:
        command.stdout.write(f"Import {batch.pk}; take it back with: manage.py undo_import {batch.pk}")
