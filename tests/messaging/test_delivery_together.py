"""Real workers, a real mail server: a batch is shared, a killed worker leaves doubt but never a second mail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from crm.models import User
from messaging.channels.registry import channel_named
from messaging.delivery import deliver_due
from messaging.models import Message
from messaging.notices import Notice, NoticeKind, register_notice, tell
from messaging.rescue import rescue_messages
from tests.messaging.sink import smtp_sink

pytestmark = pytest.mark.django_db(transaction=True)
register_notice(NoticeKind("test_mail", "Test mails", ("email",)))


@pytest.fixture
def server(settings):
    with smtp_sink() as (sink, controller):
        settings.EMAIL_PROVIDER, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", controller.port
        settings.EMAIL_USE_TLS = False
        yield sink


def write(count):
    user = User.objects.create_user("ana@example.com", full_name="Ana")
    now = datetime.now(UTC)
    tell([Notice(user.pk, "test_mail", f"Call {n}", {}, f"k{n}") for n in range(count)], now=now)


def seen(sink):
    return Counter(str(mail["Subject"]) for mail in sink.mails)


def test_two_workers_share_a_batch_and_each_mail_goes_out_once(server):
    write(500)
    taken, barrier = [], threading.Barrier(2)

    def work():
        try:
            barrier.wait()
            taken.append(deliver_due(datetime.now(UTC)))
        finally:
            channel_named("email").close()
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(taken) == 500
    assert min(taken) > 0
    assert len(seen(server)) == 500
    assert set(seen(server).values()) == {1}
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}


WORKER = """
import django; django.setup()
from datetime import UTC, datetime
from messaging.channels.registry import channel_named
from messaging.delivery import deliver_due
deliver_due(datetime.now(UTC))
"""


def test_a_worker_killed_at_any_moment_sends_nothing_twice_and_loses_nothing(server):
    write(400)
    connections = settings.DATABASES["default"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{connections['USER']}@/{connection.settings_dict['NAME']}?host={connections['HOST']}"
        + (f"&port={connections['PORT']}" if connections["PORT"] else ""),
        "EMAIL_PROVIDER": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(settings.EMAIL_PORT),
        "EMAIL_USE_TLS": "0",
    }
    for _ in range(4):
        before = len(server.mails)
        with subprocess.Popen([sys.executable, "-c", WORKER], env=environment) as worker:
            deadline = time.monotonic() + 20
            while len(server.mails) < before + 37 and worker.poll() is None and time.monotonic() < deadline:
                time.sleep(0.001)
            worker.send_signal(signal.SIGKILL)
        later = datetime.now(UTC) + timedelta(minutes=6)
        rescue_messages(later)
    now = datetime.now(UTC) + timedelta(minutes=7)
    deliver_due(now)
    channel_named("email").close()
    states = Counter(Message.objects.values_list("status", flat=True))
    assert set(states) <= {"sent", "uncertain"}
    assert states["uncertain"] <= 4 * 10  # at most the group that was being handed over, each time
    assert set(seen(server).values()) == {1}
    sent = set(Message.objects.filter(status="sent").values_list("subject", flat=True))
    assert sent <= set(seen(server))
    assert len(seen(server)) + states["uncertain"] >= 400
