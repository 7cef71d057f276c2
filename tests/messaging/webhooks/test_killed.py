"""A real worker, killed while it calls: nothing is lost, and what comes twice is known by its id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from messaging.models import WebhookCall
from messaging.webhooks.claiming import LEASE
from messaging.webhooks.delivering import PER_HOST, deliver_calls
from messaging.webhooks.rescue import rescue_calls
from tests.fakes.hook_receiver import Receiver

if TYPE_CHECKING:
    from tests.messaging.webhooks.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)
CALLS, KILLS = 60, 3
WORKER = """
import django; django.setup()
from datetime import UTC, datetime
from messaging.webhooks.delivering import deliver_calls
deliver_calls(datetime.now(UTC))
"""


def test_a_worker_killed_at_any_moment_loses_no_call(write: Write, receiver: Receiver) -> None:
    receiver.clock, receiver.pause = time.time, 0.03
    for n in range(CALLS):
        write(f"call{n}", body={"n": n})
    base = settings.DATABASES["default"]
    address = f"postgresql://{base['USER']}@/{connection.settings_dict['NAME']}?host={base['HOST']}"
    environment = {
        **os.environ,
        "DATABASE_URL": address + (f"&port={base['PORT']}" if base["PORT"] else ""),
        "WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
    }
    for _ in range(KILLS):
        before = receiver.calls
        with subprocess.Popen([sys.executable, "-c", WORKER], env=environment) as worker:
            deadline = time.monotonic() + 60
            while receiver.calls < before + 11 and worker.poll() is None and time.monotonic() < deadline:
                time.sleep(0.001)
            worker.send_signal(signal.SIGKILL)
        assert receiver.calls > before, "the worker began nothing"
    later = datetime.now(UTC) + LEASE + timedelta(seconds=10)
    rescue_calls(later)
    deliver_calls(later)
    assert set(WebhookCall.objects.values_list("status", flat=True)) == {"sent"}
    times = Counter(taken.facts["n"] for taken in receiver.taken)
    assert set(times) == set(range(CALLS))
    assert len({taken.id for taken in receiver.taken}) == CALLS  # one id each, however often it came
    assert sum(times.values()) <= CALLS + KILLS * PER_HOST * 2
    assert receiver.doubted == []
