"""Write contacts to a CSV or XLSX file or to the standard output."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.exporting import export_rows, write_csv, write_xlsx
from crm.models import Contact
from crm.models.contact import Lifecycle


class Command(BaseCommand):
    help = "Export contacts; cells that a spreadsheet would run are made harmless, and our import reads them back the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="ends in .csv or .xlsx; the standard output when left out")
        parser.add_argument("--format", choices=["csv", "xlsx"], default="")
        parser.add_argument("--lifecycle", choices=Lifecycle.values, default="")
        parser.add_argument("--json", action="store_true", help="print how many were written")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        contacts = Contact.objects.alive().order_by("pk")
        if options["lifecycle"]:
            contacts = contacts.filter(lifecycle=options["lifecycle"])
        form = options["format"] or ("xlsx" if file and file.suffix.lower() == ".xlsx" else "csv")
        rows = export_rows(contacts)
        if file is None:
            if form == "xlsx":
                raise CommandError("Name a file for XLSX.")
            write_csv(rows, self.stdout)  # type: ignore[arg-type]  # Django's wrapper writes text
            return
        try:
            if form == "xlsx":
                with file.open("wb") as binary:
                    count = write_xlsx(rows, binary)
            else:
                with file.open("w", encoding="utf-8", newline="") as text:
                    count = write_csv(rows, text)
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from problem
        self.stdout.write(json.dumps({"contacts": count, "file": str(file)}) if options["json"] else f"{count:,} contacts written to {file}.")
