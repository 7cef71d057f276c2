"""The top floor: settings, routes, processes. It imports everybody; nobody imports it."""

import gc

# Loading a process makes hundreds of thousands of objects that stay, and looking through them for cycles again and again
# was a fifth of the time. `ConfigConfig.ready` turns the search on.
gc.disable()

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
