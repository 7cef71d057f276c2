"""What comes in is stored first and read afterwards: once, in spite of crashes, and one bad one holds up nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection

from crm.due import sweeps_with_work
from messaging import arrivals
from messaging.arrivals import LetGo, NewArrival, NotYet, read_due, register_reader, store
from messaging.models import Arrival, Suppression
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(arrivals, "_readers", {})
    return


def come(*keys: str, kind: str = "test", **fields: object) -> int:
    return store([NewArrival(kind, "test", key, {"key": key}, **fields) for key in keys], now=NOW)  # type: ignore[arg-type]


def states() -> dict[str, str]:
    return dict(Arrival.objects.values_list("key", "state"))


def test_the_same_thing_sent_twice_is_kept_once() -> None:
    assert come("a", "b") == 2
    assert come("b", "c") == 1
    assert Arrival.objects.count() == 3


def test_storing_any_number_is_one_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        come(*map(str, range(500)))


def test_what_waits_is_read_in_order_and_done() -> None:
    seen: list[str] = []
    register_reader("test", lambda rows, now: seen.extend(row.key for row in rows))
    come("a", "b", "c")
    assert "arrivals" in {sweep.name for sweep in sweeps_with_work(NOW)}
    assert read_due(NOW) == 3
    assert seen == ["a", "b", "c"]
    assert set(states().values()) == {"done"}
    assert read_due(NOW) == 0
    assert "arrivals" not in {sweep.name for sweep in sweeps_with_work(NOW)}


def broken(rows: Sequence[Arrival], now: datetime) -> None:
    for row in rows:
        Suppression.objects.create(channel="email", address=row.key, reason="by_hand", created_at=now)
        if row.key == "bad":
            raise ValueError("no such thing")


def test_one_bad_arrival_stops_no_other_and_leaves_nothing_behind() -> None:
    register_reader("test", broken)
    come("a", "b", "bad", "c", "d")
    read_due(NOW)
    assert states() == {"a": "done", "b": "done", "bad": "waiting", "c": "done", "d": "done"}
    assert set(Suppression.objects.values_list("address", flat=True)) == {"a", "b", "c", "d"}


def test_a_bad_one_is_tried_again_later_and_then_set_aside_with_its_error() -> None:
    register_reader("test", broken)
    come("bad")
    moment = NOW
    for _ in range(arrivals.ATTEMPTS):
        assert read_due(moment) == 1
        assert read_due(moment) == 0, "not at once"
        moment += timedelta(hours=1)
    row = Arrival.objects.get()
    assert (row.state, row.attempts) == ("parked", arrivals.ATTEMPTS)
    assert "no such thing" in row.error
    register_reader("test", lambda rows, now: None)
    assert arrivals.try_again([row.pk], now=moment) == 1
    read_due(moment)
    assert states() == {"bad": "done"}


def test_a_reader_sets_single_ones_aside_in_its_own_words() -> None:
    said = {"odd": "It has no sender.", "early": NotYet("Not known yet."), "foreign": LetGo("Not ours.")}
    register_reader("test", lambda rows, now: {row.pk: said[row.key] for row in rows if row.key in said})
    come("fine", *said)
    read_due(NOW)
    assert states() == {"fine": "done", "odd": "parked", "early": "waiting", "foreign": "done"}
    assert dict(Arrival.objects.values_list("key", "error")) == {"fine": "", **{k: str(v) for k, v in said.items()}}
    for hour in range(1, 7):
        read_due(NOW + timedelta(hours=hour))
    assert states()["early"] == "done", "let go in the end, no burden to anybody"


def test_what_a_dead_worker_held_is_read_by_another() -> None:
    register_reader("test", lambda rows, now: None)
    come("a")
    Arrival.objects.update(state="working", claimed_by="gone", lease_until=NOW, attempts=1)
    assert read_due(NOW) == 1
    Arrival.objects.update(state="working", claimed_by="gone", lease_until=NOW, attempts=arrivals.ATTEMPTS)
    read_due(NOW)
    assert Arrival.objects.get().state == "parked"


def test_large_ones_are_read_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    register_reader("test", lambda rows, now: sizes.append(len(rows)))
    monkeypatch.setattr(arrivals, "BATCH_BYTES", 1000)
    come("a", "b", "c", raw=b"x" * 600)
    read_due(NOW)
    assert sizes == [2, 1]


def test_what_no_database_holds_is_left_out() -> None:
    store([NewArrival("test", "test", "a\0b", {"te\0xt": ["\ud800 \0!"]})], now=NOW)
    row = Arrival.objects.get()
    assert (row.key, row.payload) == ("ab", {"text": ["? !"]})


def test_an_unknown_kind_waits_for_a_person() -> None:
    come("a", kind="unheard")
    read_due(NOW)
    assert states() == {"a": "parked"}


def test_what_was_read_is_forgotten_after_a_month() -> None:
    register_reader("test", lambda rows, now: {row.pk: "odd" for row in rows if row.key == "b"})
    come("a", "b")
    read_due(NOW)
    later = NOW + timedelta(days=30, hours=2)
    assert "arrivals_forgotten" in {sweep.name for sweep in sweeps_with_work(later)}
    assert arrivals.forget_read(later) == 1
    assert states() == {"b": "parked"}


def test_a_thousand_take_as_many_queries_as_ten(django_assert_max_num_queries: object) -> None:
    register_reader("test", lambda rows, now: None)
    come(*map(str, range(1000)))
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert read_due(NOW) == 1000
    assert not connection.needs_rollback


def test_what_takes_long_to_read_is_left_to_workers_that_nothing_urgent_waits_for() -> None:
    seen: list[str] = []
    register_reader("test", lambda rows, now: seen.extend(row.key for row in rows))
    come("large", raw=b"x" * arrivals.LARGE)
    come("small", raw=b"x")
    assert {"arrivals", "arrivals_large"} <= {sweep.name for sweep in sweeps_with_work(NOW)}
    assert arrivals.read_small(NOW) == 1
    assert seen == ["small"]
    assert "arrivals" not in {sweep.name for sweep in sweeps_with_work(NOW)}
    assert arrivals.read_large(NOW) == 1
    assert seen == ["small", "large"]


@pytest.mark.django_db(transaction=True)
def test_several_workers_read_each_arrival_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def read(rows: Sequence[Arrival], now: datetime) -> None:
        Suppression.objects.bulk_create(
            [Suppression(channel="email", address=row.key, scope=f"{i}", reason="by_hand", created_at=now) for i, row in enumerate(rows)]
        )  # fmt: skip

    def work(_: int) -> int:
        try:
            return read_due(NOW)
        finally:
            connection.close()

    register_reader("test", read)
    for start in range(0, 3000, 500):
        come(*map(str, range(start, start + 500)))
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 3000
    assert Suppression.objects.count() == 3000
    assert Suppression.objects.values("address").distinct().count() == 3000
