"""`manage.py load_schedule`: write what is missing of the schedule into the database."""

from typing import Any

from django.core.management.base import BaseCommand

from config.scheduling import load_schedule


class Command(BaseCommand):
    """Create the periodic tasks that do not exist yet; change none that does."""

    help = "Creates the periodic tasks that are missing; never changes one that exists."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and name what was created."""
        created = load_schedule()
        self.stdout.write(f"created: {', '.join(created)}" if created else "nothing was missing")
