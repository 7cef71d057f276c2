"""`manage.py check_integrity`: rows that contradict each other, work that nobody will take, leases that ran out."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.integrity import all_checks, count_problems


class Command(BaseCommand):
    """Run every check that the floors registered."""

    help = "Looks for orphans, summaries that are off, due rows that nobody takes and leases that ran out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form of the answer."""
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the counts; exit 1 when anything is wrong."""
        found = count_problems(now=timezone.now())
        wrong = {check.name: check for check in all_checks() if found[check.name]}
        if options["json"]:
            self.stdout.write(json.dumps(found))
        elif wrong:
            self.stdout.write("\n".join(f"{found[name]:,} {check.words} ({name})" for name, check in wrong.items()))
        else:
            self.stdout.write(f"All {len(found)} checks hold.")
        if wrong:
            raise CommandError(f"{len(wrong)} of {len(found)} checks do not hold")
