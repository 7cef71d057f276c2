"""The ground floor's jobs: one line each, and how a worker is told of one."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from crm.importing.running import run

log = logging.getLogger(__name__)


@shared_task(name="crm.tasks.run_import")
def run_import(batch_id: int) -> None:
    """Run one queued import."""
    run(batch_id, now=timezone.now())


def tell_worker_of_import(batch_id: int) -> None:
    """Hand an import to a worker. Without a broker the sweep takes it some seconds later."""
    try:
        run_import.apply_async((batch_id,), retry=False)
    except OperationalError:
        log.warning("no broker: the import waits for the sweep", extra={"import": batch_id})
