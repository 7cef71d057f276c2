"""Bring contacts in from a CSV or XLSX file, in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.importing.by_command import add_arguments, finish, forget, pairs_of, queue, taken_in
from crm.importing.plan import BadMapping, check_mapping
from crm.importing.presets import presets

WORDS = "{rows:,} rows: {created:,} {verb}created, {merged:,} merged, {skipped:,} skipped, {refused:,} refused."


class Command(BaseCommand):
    help = "Import contacts. Exits 1 when a row could not be stored; the others are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)
        parser.add_argument("--preset", choices=sorted(presets()), default="", help="the program that wrote the file")
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            metavar="COLUMN=FIELD",
            help="what a column is; FIELD may be empty, custom:SLUG or new:KIND",
        )
        parser.add_argument("--empty", action="append", metavar="WORD", help="a word that means nothing was filled in")

    def handle(self, *, file: Path, **options: Any) -> None:
        batch = taken_in(file, options, preset=options["preset"])
        try:
            mapping = batch.mapping | dict(pairs_of(batch, options["map"]))
            check_mapping(mapping)
        except BadMapping as problem:
            forget(batch)
            raise CommandError(str(problem)) from problem
        own = {} if options["empty"] is None else {"empty_words": options["empty"]}
        queue(batch, mapping, options, **own)
        finish(batch, options, WORDS, self, tell=False)
