"""`manage.py tick`: do everything that is due, here and now or at another time."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.due import run_until_quiet
from crm.management.moments import moment_between

#: Outside these there are no due dates, and further out a calendar ends.
FIRST_YEAR, LAST_YEAR = 1970, 9000


class Command(BaseCommand):
    """Run what the workers would run, in this process, until nothing is due."""

    help = "Runs everything that is due, once, in this process: events, reminders, messages, digests and all the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the time to act at."""
        parser.add_argument(
            "--now",
            type=moment_between(FIRST_YEAR, LAST_YEAR),
            metavar="TIME",
            help="act as if it were this time (ISO 8601)",
        )
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and print how many of each kind were taken. Exits 1 when a kind failed."""
        failed: set[str] = set()
        taken = run_until_quiet(options["now"] or timezone.now(), failed=failed)
        if options["json"]:
            self.stdout.write(json.dumps(taken))
        else:
            lines = [f"{name}: {count:,}" for name, count in taken.items() if count]
            self.stdout.write("\n".join(lines) or "nothing was due")
        if failed:
            raise CommandError(f"failed, see the log: {', '.join(sorted(failed))}")
