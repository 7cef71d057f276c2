#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL or REDIS_URL it uses this checkout's own servers, or starts them."""

import os
import sys

from config import embedded

# Commands that ask no server for anything.
ALONE = {"help", "version", "--help", "--version", "check", "collectstatic", "diffsettings", "findstatic", "startapp"}


def main() -> None:
    """Run the command, with the embedded servers up while it needs them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not os.environ.get(embedded.DATABASE):
        embedded.development(embedded.local_directory())
    from django.core.management import execute_from_command_line

    if len(sys.argv) < 2 or sys.argv[1] in ALONE or "--help" in sys.argv:
        execute_from_command_line(sys.argv)
        return
    try:
        with embedded.ensure():
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
