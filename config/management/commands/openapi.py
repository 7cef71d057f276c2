"""`manage.py openapi`: the API's description as a file, docs/openapi.json."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.api import api


class Command(BaseCommand):
    """Write the description, or say whether the file is up to date."""

    help = "Writes docs/openapi.json; with --check only says whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to write."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        path = settings.BASE_DIR / "docs" / "openapi.json"
        text = json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, default=str) + "\n"
        if options["check"]:
            if not path.exists() or path.read_text() != text:
                raise CommandError("docs/openapi.json is out of date. Write it with: manage.py openapi")
            self.stdout.write("docs/openapi.json is up to date.")
        else:
            path.write_text(text)
            self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}: {len(text):,} characters")
