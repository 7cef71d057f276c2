"""Wakes a worker right after a commit, so that nobody waits for the next pulse."""

import logging
from time import monotonic

from django.conf import settings
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

#: One call in so many seconds is enough: the pulse that it starts takes everything that is due.
AT_MOST_EVERY = 0.2

_last = 0.0


def wake_worker() -> None:
    """Send one pulse to the workers. Without a broker nothing is lost: beat's next pulse finds the same rows."""
    global _last
    if not settings.WAKE_WORKERS or monotonic() - _last < AT_MOST_EVERY:
        return
    _last = monotonic()
    from config.pulse import pulse

    try:
        pulse.apply_async(queue="notifications", expires=10, retry=False, ignore_result=True)
    except OperationalError:
        log.warning("no broker to wake a worker; the next pulse will do")
