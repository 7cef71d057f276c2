"""Bring deals, products, colleagues or follow-ups in from a CSV or XLSX file, in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.importing.plan import BadMapping
from crm.importing.records.kinds import RecordKind, kinds
from crm.importing.records.mapping import check_targets
from crm.importing.records.people import TEAMS_BY, clean_domain
from crm.importing.running import run
from crm.importing.starting import take_in
from crm.importing.text_files import Unreadable
from crm.models import ImportBatch, User
from crm.models.import_batch import ImportState, OnDuplicate


class Command(BaseCommand):
    help = "Import records. Exits 1 when a row could not be stored; the others are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(kinds()))
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map", nargs="+", action="extend", default=[], metavar="COLUMN=FIELD", help="what a column is"
        )
        parser.add_argument(
            "--word",
            nargs="+",
            action="extend",
            default=[],
            metavar="WORD=MEANING",
            help="what a word of the file means, such as a stage of deals: Engaging=Qualified, or Engaging=Sales: New",
        )
        parser.add_argument("--on-duplicate", choices=OnDuplicate.values, default=OnDuplicate.MERGE)
        parser.add_argument("--country", default="", help="where phones without a country code are from")
        parser.add_argument(
            "--domain", default="", help="make addresses like first.last@DOMAIN for colleagues without one"
        )
        parser.add_argument("--teams-by", choices=[*TEAMS_BY, "nothing"], default="", help="what teams are made of")
        parser.add_argument("--zone", default="", help="the time zone of times without one")
        parser.add_argument("--user", default="", metavar="EMAIL", help="in whose name")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, kind: str, file: Path, **options: Any) -> None:
        batch = self._prepare(kinds()[kind], file, options)
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

    def _prepare(self, kind: RecordKind, file: Path, options: dict[str, Any]) -> ImportBatch:
        user = None
        if options["user"]:
            user = User.objects.filter(email__iexact=options["user"]).first()
            if user is None:
                raise CommandError(f"Nobody here has the address {options['user']}.")
        if options["domain"] and not clean_domain(options["domain"]):
            raise CommandError(f"“{options['domain']}” is not a domain.")
        try:
            with file.open("rb") as opened:
                batch = take_in(opened, file.name, by=user, now=timezone.now(), kind=kind.name)
        except OSError as problem:
            raise CommandError(f"{file} cannot be read: {problem.strerror}.") from problem
        except Unreadable as problem:
            raise CommandError(str(problem)) from problem
        try:
            batch.mapping = _mapped(batch.mapping, options["map"])
            check_targets(kind, batch.mapping)
            words = _words(kind, batch.options["words"], options["word"])
        except BadMapping as problem:
            Path(batch.path).unlink(missing_ok=True)
            batch.delete()
            raise CommandError(str(problem)) from problem
        given = {name: options[name] for name in ("dry_run", "domain", "teams_by", "zone")}
        batch.options |= {"words": words, "country": options["country"].upper(), **given}
        batch.on_duplicate, batch.state = options["on_duplicate"], ImportState.QUEUED
        batch.save(update_fields=["mapping", "on_duplicate", "options", "state"])
        return batch

    def _report(self, batch: ImportBatch, *, as_json: bool, dry_run: bool) -> None:
        bad = batch.problems.filter(left_out=False).order_by("pk").values("row", "column", "reason")
        told = batch.problems.filter(left_out=True).order_by("pk").values("row", "column", "reason")
        if as_json:
            figures = {"rows": batch.rows, "created": batch.created, "merged": batch.merged, "skipped": batch.skipped}
            said = {**figures, "failed": list(bad), "told": list(told), "import_id": batch.pk}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        for problem in (*bad, *told):
            self.stderr.write(f"row {problem['row']}, {problem['column'] or 'whole row'}: {problem['reason']}")
        verb = "would be " if dry_run else ""
        self.stdout.write(
            f"{batch.rows:,} rows: {batch.created:,} {verb}created, {batch.merged:,} changed, {batch.skipped:,} here already, {batch.failed:,} refused."
        )
        if not dry_run:
            self.stdout.write(f"Import {batch.pk}; take it back with: manage.py undo_import {batch.pk}")


def _mapped(mapping: dict[str, str], pairs: list[str]) -> dict[str, str]:
    mapping = dict(mapping)
    for pair in pairs:
        column, mark, target = pair.rpartition("=")
        if not mark or column not in mapping:
            raise BadMapping(f"There is no column “{column or pair}” in the file.")
        # A target given by hand leaves the column that was guessed for it.
        mapping = {one: "" if kept == target and target else kept for one, kept in mapping.items()} | {column: target}
    return mapping


def _words(kind: RecordKind, guessed: dict[str, dict[str, str]], pairs: list[str]) -> dict[str, dict[str, str]]:
    words = {target: dict(found) for target, found in guessed.items()}
    for pair in pairs:
        word, mark, meaning = pair.partition("=")
        placed = False
        for target, found in words.items():
            choices = {label.casefold(): value for value, label in kind.word_choices[target]()}
            short = {label.partition(": ")[2].casefold(): value for label, value in reversed(choices.items())}
            value = choices.get(meaning.strip().casefold()) or short.get(meaning.strip().casefold())
            if mark and value and word in found:
                found[word] = value
                placed = True
        if not placed:
            raise BadMapping(f"“{pair}” says nothing: give a word of the file, and one of what it can mean.")
    return words
