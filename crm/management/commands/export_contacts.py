"""Write contacts to a CSV, XLSX or vCard file or to the standard output."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.exporting import csv_lines, export_rows, xlsx_file
from crm.models import Contact
from crm.models.contact import ContactQuerySet, Lifecycle
from crm.vcard_export import cards


class Command(BaseCommand):
    help = "Export contacts; cells that a spreadsheet would run are made harmless, and our import reads them back the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="ends in .csv, .xlsx or .vcf; the standard output when left out"
        )
        parser.add_argument("--format", choices=["csv", "xlsx", "vcf"], default="")
        parser.add_argument("--lifecycle", choices=Lifecycle.values, default="")
        parser.add_argument("--json", action="store_true", help="print how many were written")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        contacts = Contact.objects.alive().order_by("pk")
        if options["lifecycle"]:
            contacts = contacts.filter(lifecycle=options["lifecycle"])
        ending = file.suffix.lower().removeprefix(".") if file else ""
        form = options["format"] or (ending if ending in ("xlsx", "vcf") else "csv")
        if form == "vcf":
            self._write_cards(contacts, file, as_json=options["json"])
            return
        counted = _Counted(export_rows(contacts))
        if file is None:
            if form == "xlsx":
                raise CommandError("Name a file for XLSX.")
            for lines in csv_lines(counted):
                self.stdout.write(lines, ending="")
            return
        try:
            if form == "xlsx":
                with file.open("wb") as binary, xlsx_file(counted) as whole:
                    shutil.copyfileobj(whole, binary)
            else:
                with file.open("w", encoding="utf-8", newline="") as text:
                    text.writelines(csv_lines(counted))
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from problem
        count = counted.rows - 1
        self.stdout.write(
            json.dumps({"contacts": count, "file": str(file)})
            if options["json"]
            else f"{count:,} contacts written to {file}."
        )

    def _write_cards(self, contacts: ContactQuerySet, file: Path | None, *, as_json: bool) -> None:
        if file is None:
            for card in cards(contacts):
                self.stdout.write(card, ending="")
            return
        count = 0
        try:
            with file.open("w", encoding="utf-8", newline="") as text:
                for card in cards(contacts):
                    text.write(card)
                    count += 1
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from problem
        said = json.dumps({"contacts": count, "file": str(file)})
        self.stdout.write(said if as_json else f"{count:,} contacts written to {file}.")


class _Counted:
    """Rows on their way, counted."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self._source = rows
        self.rows = 0

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        row = next(self._source)
        self.rows += 1
        return row
