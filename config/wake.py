"""Wakes a worker right after a commit, so that nobody waits for the next pulse."""

import logging
from threading import local
from time import monotonic

from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

#: One call in so many seconds is enough: the pulse that it starts takes everything that is due.
AT_MOST_EVERY = 0.2

#: A broker that did not answer is left alone for so many seconds: whoever just saved something must not wait for it.
LEFT_ALONE = 10.0

#: One try, and a short one.
HASTY = {"max_retries": 0, "socket_connect_timeout": 0.5, "socket_timeout": 1}

_next = 0.0
_own = local()


def wake_worker() -> None:
    """Send one pulse to the workers. Without a broker nothing is lost: beat's next pulse finds the same rows."""
    global _next
    if not settings.WAKE_WORKERS or monotonic() < _next:
        return
    _next = monotonic() + AT_MOST_EVERY
    from config.celery import app
    from config.pulse import pulse

    try:
        sender = app.amqp.Producer(_connection(), auto_declare=False)
        pulse.apply_async(queue="notifications", expires=10, retry=False, ignore_result=True, producer=sender)
        _next = monotonic() + AT_MOST_EVERY
    except (OperationalError, RedisError, OSError):
        _next = monotonic() + LEFT_ALONE
        _own.connection = None
        log.warning("no broker to wake a worker; the next pulse will do")


def _connection() -> Connection:
    """Return this thread's connection to the broker."""
    connection = getattr(_own, "connection", None)
    if connection is None:
        from config.celery import app

        options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **HASTY}
        connection = _own.connection = app.connection(settings.CELERY_BROKER_URL, transport_options=options)
    return connection
