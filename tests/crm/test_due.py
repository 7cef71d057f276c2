"""The pulse: one question for all sweeps, and one that fails does not hold up the others."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import due
from crm.due import Sweep, claim, pulse, register_sweep, run_until_quiet
from crm.models import User
from messaging.models import Message

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_sweeps_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_sweeps", {})


@pytest.mark.django_db
def test_nothing_due_costs_one_query_whatever_the_number_of_sweeps() -> None:
    for number in range(12):
        register_sweep(Sweep(f"sweep {number}", "EXISTS (SELECT FROM crm_pendingevent)", lambda now: 1))
    with CaptureQueriesContext(connection) as queries:
        assert pulse(NOW) == {}
    assert len(queries) == 1


@pytest.mark.django_db
def test_only_sweeps_with_work_run_and_they_are_told_the_time() -> None:
    told: list[datetime] = []
    register_sweep(Sweep("idle", "false", lambda now: 1 / 0))  # type: ignore[arg-type, return-value]
    register_sweep(Sweep("busy", "%(now)s > '2026-01-01'", lambda now: told.append(now) or 3))

    assert pulse(NOW) == {"busy": 3}
    assert told == [NOW]


@pytest.mark.django_db
def test_a_sweep_that_fails_does_not_hold_up_the_next() -> None:
    register_sweep(Sweep("broken", "true", lambda now: 1 // 0))
    register_sweep(Sweep("fine", "true", lambda now: 2))

    assert pulse(NOW) == {"broken": 0, "fine": 2}


@pytest.mark.django_db
def test_a_slow_sweep_is_left_to_others_by_the_pulse_and_run_by_whoever_runs_everything() -> None:
    ran: list[str] = []
    register_sweep(Sweep("slow", "true", lambda now: ran.append("slow") or 0, slow=True))
    register_sweep(Sweep("swift", "true", lambda now: ran.append("swift") or 0))
    left: list[str] = []

    pulse(NOW, hand_over=left.append)
    assert (ran, left) == (["swift"], ["slow"])

    run_until_quiet(NOW)
    assert ran == ["swift", "slow", "swift"]


@pytest.mark.django_db
def test_what_one_sweep_leaves_for_another_is_done_before_it_is_quiet() -> None:
    left = {"first": 2, "second": 0}

    def first(now: datetime) -> int:
        done, left["first"] = left["first"], 0
        left["second"] += done
        return done

    def second(now: datetime) -> int:
        done, left["second"] = left["second"], 0
        return done

    register_sweep(Sweep("second", "true", second))
    register_sweep(Sweep("first", "true", first))

    assert run_until_quiet(NOW) == {"first": 2, "second": 2}


@pytest.mark.django_db(transaction=True)
def test_a_row_is_claimed_by_one_worker_only() -> None:
    person = User.objects.create_user("sam@example.com")
    Message.objects.bulk_create(
        Message(channel="email", kind="reminder", user=person, dedupe_key=str(number), send_after=NOW, created_at=NOW)
        for number in range(300)
    )
    claimed: dict[str, list[int]] = {}

    def work(name: str) -> None:
        claimed[name] = []
        try:
            while ids := claim(
                Message.objects.due(NOW),
                now=NOW,
                worker=name,
                lease=timedelta(minutes=5),
                limit=20,
                working="sending",
            ):
                claimed[name] += ids
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    everything = [pk for ids in claimed.values() for pk in ids]
    assert len(everything) == len(set(everything)) == 300
    assert set(Message.objects.values_list("status", "attempts")) == {("sending", 1)}
