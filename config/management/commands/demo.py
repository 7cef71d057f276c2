"""`manage.py demo`: made-up, believable data with logins for everybody to try; for development only."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.filling import NotEmpty, fill


class Command(BaseCommand):
    """Fill an empty installation."""

    help = (
        "Fills an empty installation with made-up data. The same seed gives the same data. Refused where DEBUG is off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take sizes and seed."""
        parser.add_argument("--contacts", type=int, default=60)
        parser.add_argument("--followups", type=int, default=150)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and print what was made."""
        if not settings.DEBUG:
            raise CommandError("Demo logins have a published password, so they are made in development only (DEBUG=1).")
        if options["contacts"] < 1 or options["followups"] < 0:
            raise CommandError("At least one contact, and no negative number of follow-ups.")
        now = timezone.now().replace(second=0, microsecond=0)
        try:
            counts = fill(contacts=options["contacts"], followups=options["followups"], seed=options["seed"], now=now)
        except NotEmpty as problem:
            raise CommandError(str(problem)) from None
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        elif options["verbosity"]:
            self.stdout.write("\n".join(f"{name}: {count:,}" for name, count in counts.items()))
