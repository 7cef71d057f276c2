"""`manage.py export_followups`: follow-ups as CSV or XLSX."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from datetime import UTC
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from django.utils import timezone

from crm.exporting import csv_lines, xlsx_file
from crm.models import User
from followups.access import followups_for
from followups.exporting import export_rows
from followups.filters import apply


class Command(BaseCommand):
    """Writes the follow-ups that a colleague may see, all or as a list's address filters them."""

    help = "Write follow-ups as CSV or XLSX."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="ends in .csv or .xlsx; the standard output when left out"
        )
        parser.add_argument("--format", choices=["csv", "xlsx"], default="")
        parser.add_argument(
            "--user", help="E-mail of the colleague whose follow-ups they are; an administrator without"
        )
        parser.add_argument(
            "--filter", default="status=all", help="As in the address of the list: status=open&due=overdue"
        )
        parser.add_argument("--json", action="store_true", help="Print how many there were")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        people = User.objects.filter(is_active=True)
        user = people.filter(email=options["user"].lower()) if options["user"] else people.filter(role="administrator")
        who = user.order_by("pk").first()
        if who is None:
            raise CommandError(
                f"There is no colleague {options['user']}." if options["user"] else "There is no administrator."
            )
        filtered = apply(followups_for(who), QueryDict(options["filter"]), who, timezone.now())
        if filtered.wrong:
            raise CommandError(" ".join(filtered.wrong))
        rows = export_rows(filtered.followups.order_by("due_by", "pk"), UTC)
        form = options["format"] or ("xlsx" if file and file.suffix.lower() == ".xlsx" else "csv")
        if file is None:
            if form == "xlsx":
                raise CommandError("Name a file for XLSX.")
            for lines in csv_lines(rows):
                self.stdout.write(lines, ending="")
            return
        count = filtered.followups.count()
        try:
            if form == "xlsx":
                with file.open("wb") as workbook, xlsx_file(rows, "Follow-ups") as whole:
                    shutil.copyfileobj(whole, workbook)
            else:
                with file.open("w", encoding="utf-8", newline="") as text:
                    text.writelines(csv_lines(rows))
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from problem
        said = json.dumps({"followups": count, "file": str(file)})
        self.stdout.write(said if options["json"] else f"{count:,} follow-ups written to {file}.")
