"""The entry point of the live process, for an ASGI server. Pages are not served here: see config/wsgi.py."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from messaging.live import LiveApplication  # noqa: E402 - needs the settings

application = LiveApplication()
