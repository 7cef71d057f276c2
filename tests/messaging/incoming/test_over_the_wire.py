"""The same over a real connection: bodies of unknown length, too long ones, and callers that hang up."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from messaging.models import Arrival
from tests.messaging.incoming import calls

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = b"From: ana@example.org\r\nSubject: Hello\r\n\r\n"
SIGNED = {"Authorization": calls.password(), "Content-Type": "message/rfc822"}


def test_a_large_mail_goes_through_and_a_larger_one_is_refused(live_server: Any, settings: Any) -> None:
    hook = f"{live_server.url}/hooks/email/mime/inbound/"
    assert httpx.post(hook, content=MAIL + b"x" * 8_000_000, headers=SIGNED, timeout=30).status_code == 200
    assert len(Arrival.objects.get().raw or b"") > 8_000_000
    settings.INBOUND_MAX_BYTES = 100_000
    answer = httpx.post(hook, content=MAIL + b"y" * 90_000, headers=SIGNED, timeout=30)
    assert answer.status_code == 200
    try:
        answer = httpx.post(hook, content=MAIL + b"y" * 300_000, headers=SIGNED, timeout=30)
        assert answer.status_code == 413
    except httpx.TransportError:  # the server hung up while we were still sending, as it may
        pass
    assert Arrival.objects.count() == 2


def test_a_body_of_unknown_length_is_never_an_error(live_server: Any) -> None:
    def pieces() -> Iterator[bytes]:
        yield MAIL
        yield b"Good day"

    answer = httpx.post(f"{live_server.url}/hooks/email/mime/inbound/", content=pieces(), headers=SIGNED, timeout=30)
    assert answer.status_code in (200, 400, 411)


def test_a_caller_that_hangs_up_leaves_nothing(live_server: Any) -> None:
    host, port = live_server.thread.host, live_server.thread.port
    with socket.create_connection((host, port), 5) as call:
        head = (
            f"POST /hooks/email/mime/inbound/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: {calls.password()}\r\n"
            "Content-Type: message/rfc822\r\nContent-Length: 100000\r\n\r\n"
        )
        call.sendall(head.encode() + MAIL)
    for _ in range(20):
        assert httpx.get(f"{live_server.url}/healthz", timeout=30).status_code == 200
        time.sleep(0.05)
    assert not Arrival.objects.exists(), "half a mail is none"
