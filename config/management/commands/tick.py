"""`manage.py tick`: do everything that is due, here and now or at another time."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.due import run_until_quiet

#: Outside these there are no due dates, and further out a calendar ends.
FIRST_YEAR, LAST_YEAR = 1970, 9000


def moment(text: str) -> datetime:
    """Read an ISO 8601 time; one without an offset is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time: write it like 2026-11-20T08:00:00+01:00") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ArgumentTypeError(f"the year lies between {FIRST_YEAR} and {LAST_YEAR}")
    return found if found.utcoffset() is not None else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    """Run what the workers would run, in this process, until nothing is due."""

    help = "Runs everything that is due, once, in this process: events, reminders, messages, digests and all the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the time to act at."""
        parser.add_argument("--now", type=moment, metavar="TIME", help="act as if it were this time (ISO 8601)")
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
