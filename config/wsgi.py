"""The pages' entry point for a WSGI server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Every page and the API are loaded here, once and before the workers fork, and not by each at its first request.
gc.disable()
get_resolver().url_patterns  # noqa: B018 - reading it loads them
gc.freeze()  # what is loaded stays, so the workers share it
gc.enable()
