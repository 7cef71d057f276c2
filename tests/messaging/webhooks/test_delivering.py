"""The delivery of webhooks to a real server on this machine, which checks signatures and fails in every way."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.due import registered_sweeps, sweeps_with_work
from messaging.models import WebhookCall
from messaging.webhooks.delivering import AT_ONCE, PER_HOST, deliver_calls
from messaging.webhooks.fates import ATTEMPTS
from messaging.webhooks.signing import call_id
from tests.factories import NOW
from tests.fakes.hook_receiver import Receiver

if TYPE_CHECKING:
    from tests.messaging.webhooks.conftest import Write

pytestmark = pytest.mark.django_db


def state(call: WebhookCall) -> tuple[str, int | None]:
    call.refresh_from_db()
    return call.status, call.last_code


def test_a_call_arrives_signed_with_its_facts(write: Write, receiver: Receiver) -> None:
    call = write()
    assert deliver_calls(NOW) == 1
    (taken,) = receiver.taken
    assert (taken.facts, taken.body) == ({"a": 1, "b": "ü"}, '{"a":1,"b":"ü"}'.encode())
    assert taken.id == call_id(call.pk, NOW)
    assert taken.headers["content-type"] == "application/json"
    assert taken.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert state(call) == ("sent", 200)
    assert (call.sent_at is not None, call.attempts, call.claimed_by, call.lease_until) == (True, 1, "", None)


def test_the_path_and_the_query_arrive_as_they_were_written(write: Write, receiver: Receiver) -> None:
    write(url=f"http://127.0.0.1:{receiver.port}/a%2Fb/ä?token=x%26y&z=1#part")
    deliver_calls(NOW)
    assert [taken.path for taken in receiver.taken] == ["/a%2Fb/%C3%A4?token=x%26y&z=1"]


def test_nothing_is_called_before_its_time_nor_twice(write: Write, receiver: Receiver) -> None:
    write(now=NOW + timedelta(hours=1))
    assert deliver_calls(NOW) == 0
    write("two")
    assert [deliver_calls(NOW), deliver_calls(NOW)] == [1, 0]
    assert receiver.calls == 1


@pytest.mark.parametrize(
    ("fault", "status", "code", "words"),
    [
        ("error", "scheduled", 500, "Something is out of order there (500): <b>no</b> thanks"),
        ("busy", "scheduled", 429, "They take no more just now (429): <b>no</b> thanks"),
        ("down", "scheduled", 503, "They take no more just now (503): <b>no</b> thanks"),
        ("gone", "failed", 410, "They say that this address is gone for good (410)."),
        ("refused", "failed", 422, "They refused it (422): <b>no</b> thanks"),
        ("close", "scheduled", None, "127.0.0.1 broke off before it had answered; it may have taken the call."),
        ("silent", "scheduled", None, "127.0.0.1 did not answer within 0.5 seconds; it may have taken the call."),
        ("drip", "scheduled", None, "127.0.0.1 did not answer within 0.5 seconds; it may have taken the call."),
        ("huge_head", "scheduled", None, "127.0.0.1 broke off before it had answered; it may have taken the call."),
    ],
)
def test_each_way_to_fail_has_its_fate_and_its_words(
    write: Write, receiver: Receiver, swift: None, fault: str, status: str, code: int | None, words: str
) -> None:
    call = write()
    receiver.fail_next(fault)
    deliver_calls(NOW)
    assert state(call) == (status, code)
    assert call.last_error == words
    assert call.sent_at is None


@pytest.mark.parametrize("fault", ["huge", "drip_body"])
def test_who_has_said_a_status_is_not_listened_to_for_long(
    write: Write, receiver: Receiver, swift: None, fault: str
) -> None:
    call = write()
    receiver.fail_next(fault)
    began = time.monotonic()
    deliver_calls(NOW)
    assert time.monotonic() - began < 3
    assert state(call) == ("sent", 200)


def test_a_machine_that_is_off_is_tried_again(write: Write) -> None:
    call = write(url="http://127.0.0.1:9/")
    deliver_calls(NOW)
    assert state(call) == ("scheduled", None)
    assert call.last_error == "127.0.0.1 cannot be reached."
    assert NOW + timedelta(seconds=5) <= call.next_at <= NOW + timedelta(seconds=20)


def test_retry_after_is_obeyed(write: Write, receiver: Receiver) -> None:
    call = write()
    receiver.fail_next("busy")
    deliver_calls(NOW)
    call.refresh_from_db()
    assert NOW + timedelta(seconds=120) <= call.next_at <= NOW + timedelta(seconds=135)
    deliver_calls(NOW + timedelta(seconds=119))
    assert receiver.calls == 1


@pytest.mark.parametrize("asked", ["", "soon", "-5", "9" * 400, "Mon, 01 Jan 0001 00:00:00 -2359", "Fri, 31 Dec 9999 23:59:59 GMT"])  # fmt: skip
def test_nonsense_in_retry_after_does_no_harm(write: Write, receiver: Receiver, asked: str) -> None:
    call = write()
    receiver.retry_after = asked
    receiver.fail_next("down")
    deliver_calls(NOW)
    assert state(call) == ("scheduled", 503)
    assert call.next_at <= NOW + timedelta(days=1.2)


def test_after_the_last_attempt_it_waits_for_a_person(write: Write, receiver: Receiver) -> None:
    call, now = write(), NOW
    receiver.clock = lambda: now.timestamp()
    receiver.always = "error"
    for _ in range(ATTEMPTS):
        assert deliver_calls(now) == 1
        now += timedelta(days=2)
    assert state(call) == ("parked", 500)
    assert call.last_error == f"Tried {ATTEMPTS} times. Something is out of order there (500): <b>no</b> thanks"
    assert deliver_calls(now) == 0


def test_every_attempt_carries_the_same_id_and_a_new_time_stamp(write: Write, receiver: Receiver) -> None:
    write()
    now = NOW
    receiver.clock = lambda: now.timestamp()
    receiver.fail_next("close_after")
    deliver_calls(now)
    now += timedelta(hours=1)
    deliver_calls(now)
    first, second = receiver.taken
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 3600
    assert receiver.doubted == []


def test_a_redirect_is_not_followed(write: Write, receiver: Receiver) -> None:
    call = write()
    receiver.location = f"http://127.0.0.1:{receiver.port}/inside?x"
    receiver.fail_next("redirect")
    deliver_calls(NOW)
    assert state(call) == ("failed", 302)
    assert "webhooks go only where they were told to" in call.last_error
    assert receiver.calls == 1


def test_one_that_never_answers_holds_up_no_other(
    write: Write, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.webhooks.posting.DEADLINE", 3.0)
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.0/8"]
    with Receiver(receiver.secrets[0], clock=NOW.timestamp, host="127.0.0.2") as mute:
        mute.always = "silent"
        for n in range(PER_HOST * 3):  # more than one host may have under way, and they were there first
            write(f"mute{n}", url=mute.url, now=NOW - timedelta(minutes=1))
        others = [write(f"other{n}") for n in range(20)]
        settled: list[float] = []
        from messaging.webhooks import delivering

        real, began = delivering.settle, time.monotonic()

        def watched(done: Any, **said: Any) -> int:
            settled.extend(time.monotonic() - began for one in done if one.call.host == "127.0.0.1")
            return real(done, **said)

        monkeypatch.setattr(delivering, "settle", watched)
        deliver_calls(NOW)
        assert mute.calls >= PER_HOST
    assert {state(one) for one in others} == {("sent", 200)}
    assert len(settled) == 20
    assert max(settled) < 2.5


def test_a_host_that_stays_silent_is_left_alone_and_its_calls_wait_without_an_attempt(
    write: Write, receiver: Receiver, swift: None
) -> None:
    receiver.always = "silent"
    for n in range(30):
        write(f"call{n}")
    write("old", now=NOW - timedelta(days=4))
    deliver_calls(NOW)
    assert receiver.calls <= PER_HOST * 2
    waiting = WebhookCall.objects.filter(attempts=0)
    assert waiting.count() >= 30 - PER_HOST * 2
    for one in waiting:
        assert (one.status, one.next_at >= NOW + timedelta(minutes=1)) == ("scheduled", True)
        assert one.last_error.startswith("Others before it got no answer, so it waits. 127.0.0.1")


def test_what_waited_for_days_behind_a_silent_host_waits_for_a_person(
    write: Write, receiver: Receiver, swift: None
) -> None:
    from messaging.webhooks.settling import leave_alone

    old, new = write("old", now=NOW - timedelta(days=4)), write("new")
    assert leave_alone("127.0.0.1", "It is silent.", now=NOW) == 2
    assert (state(old)[0], state(new)[0]) == ("parked", "scheduled")


def test_no_host_has_more_under_way_than_its_share(write: Write, receiver: Receiver) -> None:
    receiver.pause = 0.05
    for n in range(AT_ONCE + 5):
        write(f"call{n}")
    assert deliver_calls(NOW) == AT_ONCE + 5
    assert len(receiver.taken) == AT_ONCE + 5
    assert 1 < receiver.most_at_once <= PER_HOST


def test_a_call_whose_secret_cannot_be_read_waits_for_a_person(write: Write, receiver: Receiver, settings: Any) -> None:
    call = write()
    settings.SECRET_KEY = "another, long enough to be one"
    deliver_calls(NOW)
    assert state(call) == ("parked", None)
    assert "sealed with another SECRET_KEY" in call.last_error
    assert receiver.calls == 0
    settings.SECRET_KEY_FALLBACKS = []


def test_an_address_that_is_not_let_through_any_more_is_refused(
    write: Write, receiver: Receiver, settings: Any
) -> None:
    call = write()
    settings.WEBHOOK_ALLOWED_HOSTS = []
    deliver_calls(NOW)
    assert state(call) == ("failed", None)
    assert receiver.calls == 0


def test_no_log_holds_an_address_or_a_secret(
    write: Write, receiver: Receiver, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    from config.logs import logging_settings

    level = logging_settings(human=False, level="INFO")["loggers"]["httpx"]["level"]
    with caplog.at_level(logging.INFO), caplog.at_level(level, logger="httpx"):
        write(url=receiver.url + "?token=hush")
        deliver_calls(NOW)
    assert "hush" not in caplog.text
    assert secret[6:] not in caplog.text


def test_an_idle_installation_asks_nothing_of_its_own(write: Write) -> None:
    names = {sweep.name for sweep in registered_sweeps()}
    assert {"webhooks", "webhook_rescue", "webhook_news", "webhooks_forgotten"} <= names
    with CaptureQueriesContext(connection) as seen:
        assert not {sweep.name for sweep in sweeps_with_work(NOW)} & {"webhooks", "webhook_rescue"}
    assert len(seen) == 1
    write()
    assert "webhooks" in {sweep.name for sweep in sweeps_with_work(NOW)}


def test_a_batch_costs_as_many_queries_as_one_call(write: Write, receiver: Receiver) -> None:
    from messaging.webhooks.claiming import claim_calls
    from messaging.webhooks.secret_keeping import keys_of

    counts = []
    for size in (1, 6):
        for n in range(size):
            write(f"{size}:{n}")
        with CaptureQueriesContext(connection) as seen:
            calls = claim_calls(due_at=NOW, now=NOW, worker="w", room=32, per_host=6, busy={})
            keys_of({call.secret_id for call in calls}, now=NOW)
        assert len(calls) == size
        counts.append(len(seen))
    assert counts[0] == counts[1]
