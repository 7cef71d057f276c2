"""What a crash can do to a webhook: make it come twice with the same id, and nothing else."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from messaging.models import WebhookCall
from messaging.webhooks import delivering
from messaging.webhooks.claiming import LEASE, claim_calls
from messaging.webhooks.delivering import deliver_calls
from messaging.webhooks.fates import ATTEMPTS, Answer, Outcome
from messaging.webhooks.posting import DEADLINE, REST
from messaging.webhooks.rescue import rescue_calls
from messaging.webhooks.settling import Settled, settle
from tests.factories import NOW
from tests.fakes.hook_receiver import Receiver

if TYPE_CHECKING:
    from tests.messaging.webhooks.conftest import Write

LATER = NOW + LEASE + timedelta(seconds=1)


class Killed(BaseException):
    """The worker is no more."""


def die(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.mark.django_db
def test_a_worker_that_dies_between_their_answer_and_our_note_makes_it_come_twice_with_one_id(
    write: Write, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = write()
    with monkeypatch.context() as patched:
        patched.setattr(delivering._Run, "_end", die)
        with pytest.raises(Killed):
            deliver_calls(NOW)
    receiver_saw = len(receiver.taken)
    call.refresh_from_db()
    assert (call.status, receiver_saw <= 1) == ("sending", True)
    assert deliver_calls(NOW) == 0  # its lease runs
    assert rescue_calls(NOW) == 0
    assert rescue_calls(LATER) == 1
    assert deliver_calls(LATER) == 1
    assert len({taken.id for taken in receiver.taken}) == 1
    call.refresh_from_db()
    assert (call.status, call.attempts) == ("sent", 2)


@pytest.mark.django_db
def test_what_killed_its_worker_every_time_waits_for_a_person(write: Write) -> None:
    call = write()
    WebhookCall.objects.update(status="sending", claimed_by="dead", lease_until=NOW, attempts=ATTEMPTS)
    assert rescue_calls(NOW) == 1
    call.refresh_from_db()
    assert (call.status, call.claimed_by, call.lease_until) == ("parked", "", None)
    assert call.last_error == "The worker stopped 8 times while calling."


@pytest.mark.django_db
def test_a_late_answer_of_a_worker_that_lost_its_call_changes_nothing(write: Write) -> None:
    call = write()
    (claimed,) = claim_calls(due_at=NOW, now=NOW, worker="slow", room=1, per_host=1, busy={})
    rescue_calls(LATER)
    late = Settled.of(claimed, Answer(Outcome.REFUSED, "No."), now=LATER)
    assert settle([late], worker="slow", now=LATER) == 0
    call.refresh_from_db()
    assert call.status == "pending"


def test_a_lease_is_longer_than_any_call_may_take() -> None:
    assert timedelta(seconds=DEADLINE + REST) * 3 < LEASE


@pytest.mark.django_db
def test_hosts_take_turns(write: Write) -> None:
    for n in range(10):
        write(f"many{n}", url="https://many.example.com/", now=NOW - timedelta(hours=1))
    few = [write(f"few{n}", url="https://few.example.com/") for n in range(2)]
    write("one", url="https://one.example.com/")
    claimed = claim_calls(due_at=NOW, now=NOW, worker="w", room=5, per_host=3, busy={})
    assert Counter(one.host for one in claimed) == {"many.example.com": 2, "few.example.com": 2, "one.example.com": 1}
    more = claim_calls(due_at=NOW, now=NOW, worker="w", room=5, per_host=3, busy={"many.example.com": 2})
    assert Counter(one.host for one in more) == {"many.example.com": 1}
    assert claim_calls(due_at=NOW, now=NOW, worker="w", room=5, per_host=3, busy={"many.example.com": 3}) == []
    assert {one.pk for one in few} <= {one.pk for one in claimed}


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_every_call_once(write: Write, receiver: Receiver) -> None:
    receiver.pause = 0.02
    for n in range(60):
        write(f"call{n}")
    start, taken = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait()
            taken.append(deliver_calls(NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(taken) == 60
    assert Counter(one.id for one in receiver.taken).most_common(1)[0][1] == 1
    assert len(receiver.taken) == 60
    assert set(WebhookCall.objects.values_list("status", "attempts")) == {("sent", 1)}
