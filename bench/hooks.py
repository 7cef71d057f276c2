"""Calls of providers: how many are verified and stored in a second, and how fast what they tell is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from bench.measurement import Measurement, seconds
from bench.sweeps import run

COUNT = 1_000
#: Calls accepted in a second by one process.
GOAL = 300
FORM = "application/x-www-form-urlencoded"


def webhooks(size: int) -> Iterable[Measurement]:
    """Signed status callbacks through the whole of Django, one process, one connection; then read as one sweep does."""
    from django.conf import settings
    from django.test import Client
    from twilio.request_validator import RequestValidator

    from messaging.arrivals import read_due

    settings.TWILIO_AUTH_TOKEN = "bench"
    sign, client, path = RequestValidator("bench").compute_signature, Client(), "/hooks/twilio/status/"
    calls = []
    for number in range(COUNT):
        fields = {"MessageSid": f"SM{number:032x}", "MessageStatus": "delivered", "To": "+33612345678"}
        signature = sign(settings.SITE_URL + path, fields)
        calls.append((urlencode(fields), {"X-Twilio-Signature": signature}))
    best = 0.0
    for _ in range(3):
        run("TRUNCATE messaging_arrival")

        def call() -> None:
            for body, headers in calls:
                if client.post(path, body, content_type=FORM, headers=headers).status_code != 200:
                    raise RuntimeError("a signed call was refused")

        best = max(best, COUNT / seconds(call))
    yield Measurement("webhooks", best, "calls/s", GOAL, "higher", judged="value", size=size)
    read: list[int] = []
    took = seconds(lambda: read.append(read_due(datetime.now(UTC))))
    if read != [COUNT]:
        raise RuntimeError(f"read {read} of {COUNT}")
    yield Measurement("webhooks read", COUNT / took, "calls/s", GOAL, "higher", judged="value", size=size)
