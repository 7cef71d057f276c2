"""`manage.py create_token`: an API token for a colleague, printed alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.models import User
from crm.tokens import SCOPES, UnknownScope, create_token


class Command(BaseCommand):
    """Make a token and print it; it cannot be shown again."""

    help = "Makes an API token and prints it alone. Without --scope it carries all of the person's rights."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose it is, what it may do and how often."""
        parser.add_argument("email")
        parser.add_argument(
            "--scope", action="append", default=[], metavar="SCOPE", help=f"again for more: {', '.join(SCOPES)}"
        )
        parser.add_argument("--rate", type=int, default=60, metavar="PER_MINUTE", help="requests a minute (60)")
        parser.add_argument("--name", default="command line", help="to know it again on the settings page")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print it."""
        person = User.objects.active().filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody with the e-mail address {options['email']} works here.")
        if not 1 <= options["rate"] <= 1_000_000:
            raise CommandError("The rate is a number of requests a minute, from 1 up.")
        try:
            _, secret = create_token(
                person,
                name=options["name"],
                now=timezone.now(),
                scopes=options["scope"],
                rate_per_minute=options["rate"],
            )
        except UnknownScope as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(secret)
