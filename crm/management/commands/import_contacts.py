"""Bring contacts in from a CSV or XLSX file, in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.importing.plan import BadMapping, check_mapping
from crm.importing.presets import presets
from crm.importing.running import run
from crm.importing.starting import take_in
from crm.importing.text_files import Unreadable
from crm.models import ImportBatch, User
from crm.models.import_batch import ImportState, OnDuplicate


class Command(BaseCommand):
    help = "Import contacts. Exits 1 when a row could not be stored; the others are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--preset", choices=sorted(presets()), default="", help="the program that wrote the file")
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="COLUMN=FIELD",
            help="what a column is; FIELD may be empty, custom:SLUG or new:KIND",
        )
        parser.add_argument("--on-duplicate", choices=OnDuplicate.values, default=OnDuplicate.MERGE)
        parser.add_argument("--empty", action="append", metavar="WORD", help="a word that means nothing was filled in")
        parser.add_argument(
            "--country", default="", help="where phones without a country code are from (ISO 3166-1 alpha-2)"
        )
        parser.add_argument("--user", default="", metavar="EMAIL", help="in whose name")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path, **options: Any) -> None:
        batch = self._prepare(file, options)
        run(batch.pk, now=timezone.now())
        batch.refresh_from_db()
        if batch.state == ImportState.FAILED:
            raise CommandError(batch.error)
        self._report(batch, as_json=options["json"], dry_run=options["dry_run"])
        if options["dry_run"]:
            Path(batch.path).unlink(missing_ok=True)
            batch.problems.all().delete()
            batch.delete()
        if batch.failed:
            raise SystemExit(1)

    def _prepare(self, file: Path, options: dict[str, Any]) -> ImportBatch:
        user = None
        if options["user"]:
            user = User.objects.filter(email__iexact=options["user"]).first()
            if user is None:
                raise CommandError(f"Nobody here has the address {options['user']}.")
        try:
            with file.open("rb") as opened:
                batch = take_in(opened, file.name, by=user, now=timezone.now(), preset=options["preset"])
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}.") from problem
        except Unreadable as problem:
            raise CommandError(str(problem)) from problem
        mapping = dict(batch.mapping)
        try:
            for pair in options["map"]:
                column, mark, target = pair.rpartition("=")
                if not mark or column not in mapping:
                    raise BadMapping(f"There is no column “{column or pair}” in the file.")
                mapping[column] = target
            check_mapping(mapping)
        except BadMapping as problem:
            Path(batch.path).unlink(missing_ok=True)
            batch.delete()
            raise CommandError(str(problem)) from problem
        batch.mapping, batch.on_duplicate = mapping, options["on_duplicate"]
        batch.options |= {"dry_run": options["dry_run"], "country": options["country"].upper()}
        if options["empty"] is not None:
            batch.options["empty_words"] = options["empty"]
        batch.state = ImportState.QUEUED
        batch.save(update_fields=["mapping", "on_duplicate", "options", "state"])
        return batch

    def _report(self, batch: ImportBatch, *, as_json: bool, dry_run: bool) -> None:
        bad = batch.problems.filter(left_out=False).order_by("pk").values("row", "column", "reason")
        if as_json:
            figures = {"rows": batch.rows, "created": batch.created, "merged": batch.merged, "skipped": batch.skipped}
            self.stdout.write(json.dumps({**figures, "failed": list(bad), "import_id": batch.pk}, ensure_ascii=False))
            return
        for problem in bad:
            self.stderr.write(f"row {problem['row']}, {problem['column'] or 'whole row'}: {problem['reason']}")
        verb = "would be " if dry_run else ""
        self.stdout.write(
            f"{batch.rows:,} rows: {batch.created:,} {verb}created, {batch.merged:,} merged, {batch.skipped:,} skipped, {batch.failed:,} refused."
        )
        if not dry_run:
            self.stdout.write(f"Import {batch.pk}; take it back with: manage.py undo_import {batch.pk}")
