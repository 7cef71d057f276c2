"""A merge while others are at work on the same contacts: nothing is lost, nothing is done twice, nobody is thrown out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread as Worker

import pytest
from django.db import connection, transaction

from crm.access import contacts_for
from crm.due import run_until_quiet
from crm.merging import fresh, locking, pairs
from crm.merging.locking import Busy
from crm.merging.merging import LOOKS, merge
from crm.merging.stragglers import look_again
from crm.models import Contact, Event, Note, Organisation, User
from crm.timeline import Happening, record
from followups.models import FollowUp, FollowUpType, Reminder
from followups.reminder_plans import ReminderPlan
from messaging.models import Message
from tests.factories import NOW, contact, followup
from tests.people import everybody

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(work: Callable[[], None], failed: list[BaseException]) -> Worker:
    def run() -> None:
        try:
            work()
        except BaseException as problem:
            failed.append(problem)
        finally:
            connection.close()

    worker = Worker(target=run)
    worker.start()
    return worker


def join(one: Contact, other: Contact, by: User) -> None:
    merge(contacts_for(by), kept=one.pk, gone=other.pk, by=by, now=NOW)


def test_whoever_is_writing_goes_first_and_the_merge_follows() -> None:
    people = everybody()
    one, other = contact("Maria"), contact("Mariana")
    written, failed = Signal(), list[BaseException]()

    def write() -> None:
        with transaction.atomic():
            record([Happening("call_logged", other.pk, NOW, data={"outcome": "reached"}, two_way=True)], now=NOW)
            written.set()
            # The merge has come by now and waits for this row; then the writer wants the other one.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.8)")
            Contact.objects.select_for_update().get(pk=one.pk)

    worker = in_a_thread(write, failed)
    assert written.wait(10)
    join(one, other, people.ada)
    worker.join()
    assert failed == []
    assert Event.objects.get(kind="call_logged").contact_id == one.pk
    one.refresh_from_db()
    assert one.last_two_way_at == NOW


def test_who_is_held_up_for_too_long_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    people = everybody()
    one, other = contact("Maria"), contact("Mariana")
    monkeypatch.setattr(locking, "TRIES", 1)
    held, over, failed = Signal(), Signal(), list[BaseException]()

    def hold() -> None:
        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=other.pk)
            held.set()
            over.wait(10)

    worker = in_a_thread(hold, failed)
    assert held.wait(10)
    with pytest.raises(Busy):
        join(one, other, people.ada)
    over.set()
    worker.join()
    assert Contact.objects.alive().filter(pk=other.pk).exists()
    assert failed == []


def test_what_was_begun_before_and_written_after_is_brought_after() -> None:
    people = everybody()
    one, other = contact("Maria"), contact("Mariana")
    merged, failed = Signal(), list[BaseException]()

    def work() -> None:
        note = Note(contact=other, text="Typed before")  # read before the merge
        assert merged.wait(10)
        note.save()

    worker = in_a_thread(work, failed)
    join(one, other, people.ada)
    merged.set()
    worker.join()
    assert failed == []
    assert look_again(NOW + LOOKS[0]) == 1
    assert Note.objects.get().contact_id == one.pk


def note(_: object) -> None:
    """Nothing: what a sweep returns is of no interest."""


def test_reminders_that_fall_due_meanwhile_go_out_once() -> None:
    people = everybody()
    Organisation.objects.get_or_create(pk=1)
    FollowUpType.objects.get_or_create(slug="call", defaults={"name": "Call"})
    one, other = contact("Maria", owner=people.sam), contact("Mariana", owner=people.sam)
    calls = [
        followup(who, people.sam, reminders=(ReminderPlan(at=NOW + timedelta(minutes=1)),))
        for who in (one, other, other)
    ]
    failed: list[BaseException] = []
    later = NOW + timedelta(minutes=2)
    worker = in_a_thread(lambda: note(run_until_quiet(later)), failed)
    join(one, other, people.ada)
    worker.join()
    run_until_quiet(later)
    assert failed == []
    assert FollowUp.objects.filter(contact=one).count() == len(calls)
    told = Message.objects.filter(kind="reminder", channel="in_app").values_list("cause_id", flat=True)
    assert len(told) == len(set(told))
    assert not Reminder.objects.filter(followup__in=calls, state="waiting").exists()


def test_nobody_waits_for_the_long_look_through_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def look_long(now: datetime) -> dict[str, int]:
        failed: list[BaseException] = []
        worker = in_a_thread(lambda: pairs.look_at_again([one.pk]), failed)
        worker.join(5)
        seen.append(worker.is_alive())
        return {}

    monkeypatch.setattr(fresh, "MANY", 2)
    monkeypatch.setattr(fresh, "search_all", look_long)
    one, other = contact("Maria"), contact("Mariana")
    pairs.look_at_again([one.pk, other.pk])
    assert fresh.search_changed(NOW) == 3
    assert seen == [False]
