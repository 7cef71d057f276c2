"""Each subscriber sees each event exactly once, in order per contact, whatever fails."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from crm import dispatching
from crm.dispatching import ATTEMPTS, Glance, Subscriber, dispatch_pending, subscribe
from crm.models import Contact, Event, ParkedEvent, PendingEvent, Tag
from crm.timeline import MAX_DEPTH, Happening, TooDeep, record

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def only_our_subscribers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "_subscribers", {})


def contact(name: str) -> Contact:
    return Contact.objects.create(first_name=name)


def note(who: Contact, text: str = "", **fields: object) -> Happening:
    return Happening("note_added", who.pk, NOW, data={"text": text}, **fields)  # type: ignore[arg-type]


class Listener:
    """Remembers what it was told; raises for texts it was told to choke on."""

    def __init__(self, name: str = "listener", kinds: frozenset[str] = frozenset()) -> None:
        self.heard: list[str] = []
        self.choke_on: set[str] = set()
        subscribe(Subscriber(name, kinds, self.handle))

    def handle(self, events: Sequence[Event], now: datetime) -> None:
        for event in events:
            if event.data.get("text") in self.choke_on:
                raise ValueError("cannot swallow this")
        self.heard += [event.data.get("text", "") for event in events]


@pytest.mark.django_db
def test_a_subscriber_hears_each_event_once_and_in_order() -> None:
    listener, maria = Listener(), contact("Maria")
    record([note(maria, "one"), note(maria, "two")], now=NOW)
    record([note(maria, "three")], now=NOW)

    assert dispatch_pending(NOW) == 3
    assert dispatch_pending(NOW) == 0
    assert listener.heard == ["one", "two", "three"]


@pytest.mark.django_db
def test_a_subscriber_hears_only_the_kinds_it_asked_for() -> None:
    listener = Listener(kinds=frozenset({"tag_added"}))
    record([note(contact("Maria"), "one")], now=NOW)

    dispatch_pending(NOW)

    assert listener.heard == []
    assert not PendingEvent.objects.exists()


@pytest.mark.django_db
def test_of_kinds_that_are_told_at_a_glance_only_those_wanted_are_handed_over() -> None:
    heard: list[str] = []

    def handle(events: Sequence[Event], now: datetime) -> None:
        heard.extend(f"{event.kind} {event.data.get('text', '')}".strip() for event in events)

    glance = Glance(frozenset({"note_added"}), lambda one: one.data["text"] == "wanted")
    subscribe(Subscriber("chooser", frozenset({"note_added", "tag_added"}), handle, lambda: glance))
    maria = contact("Maria")
    record([note(maria, "other"), Happening("tag_added", maria.pk, NOW), note(maria, "wanted")], now=NOW)
    assert dispatch_pending(NOW) == 3
    assert heard == ["tag_added", "note_added wanted"]

    everything = Listener("listener", frozenset({"note_added"}))
    record([note(maria, "other"), note(maria, "wanted")], now=NOW)
    dispatch_pending(NOW)
    assert everything.heard == ["other", "wanted"]


@pytest.mark.django_db
def test_a_failing_event_is_parked_and_others_go_on() -> None:
    listener, maria, jonas = Listener(), contact("Maria"), contact("Jonas")
    listener.choke_on = {"bad"}
    record([note(maria, "bad"), note(maria, "behind"), note(jonas, "fine")], now=NOW)

    dispatch_pending(NOW)

    assert listener.heard == ["fine"]
    assert list(ParkedEvent.objects.order_by("event_id").values_list("contact_id", flat=True)) == [maria.pk, maria.pk]


@pytest.mark.django_db
def test_what_was_parked_is_told_later_in_order() -> None:
    listener, maria = Listener(), contact("Maria")
    listener.choke_on = {"bad"}
    record([note(maria, "bad"), note(maria, "behind")], now=NOW)
    dispatch_pending(NOW)

    listener.choke_on = set()
    record([note(maria, "newest")], now=NOW)
    for minutes in range(1, 4):
        dispatch_pending(NOW + timedelta(minutes=minutes))

    assert listener.heard == ["bad", "behind", "newest"]
    assert not ParkedEvent.objects.exists()


@pytest.mark.django_db
def test_after_the_last_try_the_event_stays_parked_with_its_error_and_no_longer_holds_the_contact() -> None:
    listener, maria = Listener(), contact("Maria")
    listener.choke_on = {"bad"}
    record([note(maria, "bad")], now=NOW)
    later = NOW
    for _ in range(ATTEMPTS + 1):
        dispatch_pending(later)
        later += timedelta(days=1)

    record([note(maria, "next")], now=later)
    dispatch_pending(later)

    parked = ParkedEvent.objects.get()
    assert (parked.next_at, "cannot swallow" in parked.error) == (None, True)
    assert listener.heard == ["next"]


@pytest.mark.django_db
def test_one_subscribers_failure_is_not_anothers() -> None:
    choking, calm, maria = Listener("choking"), Listener("calm"), contact("Maria")
    choking.choke_on = {"bad"}
    record([note(maria, "bad"), note(maria, "good")], now=NOW)

    dispatch_pending(NOW)

    assert calm.heard == ["bad", "good"]


@pytest.mark.django_db
def test_what_a_subscriber_wrote_before_it_failed_is_not_kept() -> None:
    def write_then_fail(events: Sequence[Event], now: datetime) -> None:
        Tag.objects.create(name="half", slug="half")
        raise RuntimeError("midway")

    subscribe(Subscriber("halfway", frozenset(), write_then_fail))
    record([note(contact("Maria"))], now=NOW)

    dispatch_pending(NOW)

    assert not Tag.objects.filter(slug="half").exists()


@pytest.mark.django_db
def test_an_event_with_a_key_is_stored_once() -> None:
    maria = contact("Maria")

    first = record([note(maria, key="order-1")], now=NOW)
    second = record([note(maria, key="order-1")], now=NOW)

    assert (len(first), second) == (1, [])


@pytest.mark.django_db
def test_an_unknown_kind_and_a_runaway_chain_are_refused() -> None:
    maria = contact("Maria")
    with pytest.raises(KeyError):
        record([Happening("nonsense", maria.pk, NOW)], now=NOW)
    with pytest.raises(TooDeep):
        record([note(maria, depth=MAX_DEPTH + 1)], now=NOW)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_real_contact_moves_the_rotting_date_and_an_attempt_does_not() -> None:
    maria = contact("Maria")
    maria.refresh_from_db()
    before = maria.rots_at
    record([note(maria)], now=NOW)
    maria.refresh_from_db()
    assert maria.rots_at == before

    later = maria.created_at + timedelta(days=1)
    record([Happening("call_logged", maria.pk, later, two_way=True, data={"outcome": "spoke"})], now=later)

    maria.refresh_from_db()
    assert maria.last_two_way_at == later
    assert maria.rots_at == later + timedelta(days=maria.expected_rhythm)


@pytest.mark.django_db
def test_an_older_contact_that_is_recorded_late_does_not_move_the_date_back() -> None:
    maria = contact("Maria")
    record([Happening("call_logged", maria.pk, NOW, two_way=True)], now=NOW)
    record([Happening("call_logged", maria.pk, NOW - timedelta(days=9), two_way=True)], now=NOW)

    maria.refresh_from_db()
    assert maria.last_two_way_at == NOW


@pytest.mark.django_db
def test_the_timeline_cannot_be_rewritten() -> None:
    from django.db import DatabaseError, transaction

    record([note(contact("Maria"), "as it was")], now=NOW)
    for statement in ("UPDATE crm_event SET kind = 'tag_added'", "DELETE FROM crm_event"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_tell_everything_once() -> None:
    heard: list[int] = []
    lock = threading.Lock()

    def listen(events: Sequence[Event], now: datetime) -> None:
        with lock:
            heard.extend(event.pk for event in events)

    subscribe(Subscriber("counting", frozenset(), listen))
    people = [contact(f"Person {number}") for number in range(40)]
    ids = record([note(person, str(number)) for number in range(25) for person in people], now=NOW)

    def work() -> None:
        try:
            while dispatch_pending(NOW):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    dispatch_pending(NOW)

    assert sorted(heard) == ids
    contact_of = dict(Event.objects.values_list("pk", "contact_id"))
    for person in people:
        mine = [pk for pk in heard if contact_of[pk] == person.pk]
        assert mine == sorted(mine)
