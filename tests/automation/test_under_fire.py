"""What happens between the engine's reading and its writing is not lost, and who stands still is not moved on (D13)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from automation import entering, running, switching
from automation.braking import room
from automation.emptying import sweep_emptying
from automation.engine.effects import LogAttempt, StartAutomation
from automation.entering import Entry, enroll
from automation.models import Automation, AutomationState, Enrollment, EnrollmentStatus, RefusedEntry
from automation.noticing import notice, wake
from automation.running import run_batch, sweep_enrollments
from automation.stopping import retry
from crm.contact_sets import delete
from crm.due import sweeps_with_work
from crm.models import Contact, Event
from crm.timeline import Happening, record
from tests.automation.making import automation, goes_on, where
from tests.factories import NOW, contact, contacts
from tests.firsts import put_back

DAY = timedelta(days=1)
REPLIED = {"kind": "wait_for_event", "events": [{"event": "reply"}], "amount": 3, "exits": {}}


@pytest.mark.django_db(transaction=True)
def test_who_is_told_while_the_engine_has_them_is_woken_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    put_back()
    who, made = contact(), automation(REPLIED)
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    write, told, problems = running.write_outcomes, threading.Event(), []

    def waker() -> None:
        try:
            told.set()
            wake({(who.pk, "message_received")}, now=NOW)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    other = threading.Thread(target=waker)

    def slowly(*args: Any, **more: Any) -> None:
        other.start()
        told.wait(timeout=20)
        other.join(timeout=1)  # it waits for the row that is held here
        write(*args, **more)

    monkeypatch.setattr(running, "write_outcomes", slowly)
    run_batch(NOW)
    other.join(timeout=20)
    assert not problems
    row = where(who)
    assert (row.status, row.next_at) == (EnrollmentStatus.WAITING, NOW)


@pytest.mark.django_db
def test_who_is_tried_again_while_the_automation_is_paused_waits_until_it_goes_on() -> None:
    who, made = contact(), automation({"kind": "wait", "amount": 1})
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    Enrollment.objects.update(status=EnrollmentStatus.FAILED, next_at=None)
    switching.pause(Automation.objects.all(), by=None, now=NOW)
    retry(Enrollment.objects.all(), by=None, now=NOW)
    goes_on(NOW + 2 * DAY)
    row = where(who)
    assert (row.visits, row.why) == (0, switching.HELD)
    switching.resume(Automation.objects.all(), by=None, now=NOW + 2 * DAY)
    goes_on(NOW + 2 * DAY)
    assert where(who).status == EnrollmentStatus.FINISHED


@pytest.mark.django_db
def test_those_of_a_paused_automation_keep_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    held, made = automation({"kind": "wait", "amount": 1}), automation({"kind": "wait", "amount": 1})
    enroll([Entry(held.pk, one.pk, NOW - DAY) for one in contacts(5)], now=NOW - DAY)
    Automation.objects.filter(pk=held.pk).update(state=AutomationState.PAUSED)  # these came in at that very moment
    who = contact()
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    sweep_enrollments(NOW)
    assert where(who).status == EnrollmentStatus.WAITING
    assert set(Enrollment.objects.filter(automation=held).values_list("visits", "why")) == {(0, switching.HELD)}


@pytest.mark.django_db
def test_who_starts_another_automation_does_so_after_all_else_of_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    wrote = []
    for kind, writer in list(running.WRITERS.items()):

        def noted(orders: Any, now: Any, kind: Any = kind, writer: Any = writer) -> Any:
            wrote.append(kind)
            return writer(orders, now)

        monkeypatch.setitem(running.WRITERS, kind, noted)
    starts = automation({"kind": "start_automation", "automation": automation({"kind": "wait"}).pk})
    logs = automation({"kind": "log_attempt", "channel": "call"})
    enroll([Entry(one.pk, contact().pk, NOW) for one in (starts, logs)], now=NOW)
    run_batch(NOW)
    assert wrote == [LogAttempt, StartAutomation]


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_the_engine_to_wake_somebody_does_not_hold_the_count_of_the_brake() -> None:
    put_back()
    waits, enters = contact(), contact("Ben")
    waiting = automation(REPLIED)
    braked = automation({"kind": "wait"}, triggers=[{"kind": "form_submitted", "form": ""}])
    Automation.objects.filter(pk=braked.pk).update(brake=10)
    enroll([Entry(waiting.pk, waits.pk, NOW)], now=NOW)
    ids = record(
        [Happening("message_received", waits.pk, NOW), Happening("form_submitted", enters.pk, NOW, data={"form": "x"})],
        now=NOW,
    )
    events, problems = list(Event.objects.filter(pk__in=ids).order_by("pk")), []

    def told() -> None:
        try:
            with transaction.atomic():
                notice(events, NOW)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    other = threading.Thread(target=told)
    with transaction.atomic():  # as the engine does: who is due, then whom a step lets in
        list(Enrollment.objects.filter(contact=waits).select_for_update())
        other.start()
        other.join(timeout=1)
        assert room({braked.pk}, NOW) == {braked.pk: 10}
    other.join(timeout=20)
    assert not problems
    assert where(enters).automation_id == braked.pk


@pytest.mark.django_db(transaction=True)
def test_pausing_waits_for_who_is_on_the_move_and_keeps_nobody_from_the_door() -> None:
    put_back()
    made, inside, comes = automation({"kind": "wait", "amount": 1}), contact(), contact("Ben")
    enroll([Entry(made.pk, inside.pk, NOW)], now=NOW)
    problems = []

    def pauses() -> None:
        try:
            switching.pause(Automation.objects.filter(pk=made.pk), by=None, now=NOW)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    other = threading.Thread(target=pauses)
    with transaction.atomic():
        list(Enrollment.objects.filter(contact=inside).select_for_update())
        other.start()
        other.join(timeout=1)
        enroll([Entry(made.pk, comes.pk, NOW)], now=NOW)
    other.join(timeout=20)
    assert not problems
    assert where(inside).status == EnrollmentStatus.PAUSED
    sweep_enrollments(NOW)
    assert (where(comes).visits, where(comes).why) == (0, switching.HELD)


def on_the_way_in(
    made: Automation, who: Contact, goes_in: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> tuple[threading.Thread, list[Exception]]:
    """Another worker who has written the contact's round, and stores it only when `goes_in` says so."""
    inside, problems, tell = threading.Event(), list[Exception](), entering._tell

    def slowly(*args: Any) -> None:
        tell(*args)
        if threading.current_thread() is other:
            inside.set()
            goes_in.wait(timeout=20)

    other = threading.Thread(target=entering_into(made, who, problems))
    monkeypatch.setattr(entering, "_tell", slowly)
    other.start()
    inside.wait(timeout=20)
    return other, problems


def entering_into(made: Automation, who: Contact, problems: list[Exception]) -> Callable[[], None]:
    """Entering, on another connection."""

    def run() -> None:
        try:
            enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    return run


@pytest.mark.django_db(transaction=True)
def test_two_workers_let_nobody_into_an_automation_and_into_one_that_keeps_clear_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_back()
    who, goes_in = contact(), threading.Event()
    other = automation({"kind": "wait", "amount": 1})
    clear = automation({"kind": "wait", "amount": 1}, not_while_in=[other.pk])
    first, problems = on_the_way_in(other, who, goes_in, monkeypatch)
    second = threading.Thread(target=entering_into(clear, who, problems))
    second.start()
    second.join(timeout=1)
    goes_in.set()
    first.join(timeout=20)
    second.join(timeout=20)
    assert not problems
    assert [row.automation_id for row in Enrollment.objects.all()] == [other.pk]
    assert "keeps clear" in RefusedEntry.objects.get().reason


@pytest.mark.django_db(transaction=True)
def test_who_is_deleted_while_their_entry_waits_for_them_does_not_enter() -> None:
    put_back()
    who, problems = contact(), list[Exception]()
    clear = automation({"kind": "wait"}, not_while_in=[automation({"kind": "wait"}).pk])
    other = threading.Thread(target=entering_into(clear, who, problems))
    with transaction.atomic():
        delete(Contact.objects.filter(pk=who.pk), by=None, now=NOW)
        other.start()
        other.join(timeout=1)
        assert other.is_alive()
    other.join(timeout=20)
    assert not problems
    assert not Enrollment.objects.exists()
    assert RefusedEntry.objects.get().reason == "The contact was deleted."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [switching.archive, switching.delete])
def test_who_was_on_the_way_in_when_everybody_was_stopped_is_stopped_too(
    verb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back()
    made, comes = automation({"kind": "wait", "amount": 1}, {"kind": "log_attempt", "channel": "call"}), contact()
    goes_in = threading.Event()
    other, problems = on_the_way_in(made, comes, goes_in, monkeypatch)
    verb(Automation.objects.filter(pk=made.pk), inside="stop", by=None, now=NOW)
    sweep_emptying(NOW)
    goes_in.set()
    other.join(timeout=20)
    assert not problems
    goes_on(NOW + 2 * DAY)
    assert where(comes).visits == 0
    assert "automations_emptying" in {sweep.name for sweep in sweeps_with_work(NOW)}
    assert sweep_emptying(NOW) == 1
    assert (where(comes).status, where(comes).stop_reason) == ("stopped", "archived")
    assert "automations_emptying" not in {sweep.name for sweep in sweeps_with_work(NOW)}


@pytest.mark.django_db
def test_taken_out_again_an_automation_stops_nobody_any_more() -> None:
    made = automation({"kind": "wait", "amount": 1})
    enroll([Entry(made.pk, contact().pk, NOW)], now=NOW)
    switching.archive(Automation.objects.all(), inside="stop", by=None, now=NOW)
    sweep_emptying(NOW)
    switching.restore(Automation.objects.all(), by=None, now=NOW)
    switching.resume(Automation.objects.all(), by=None, now=NOW)
    comes = contact("Ben")
    enroll([Entry(made.pk, comes.pk, NOW)], now=NOW)
    sweep_emptying(NOW)
    goes_on(NOW)
    assert where(comes).status == EnrollmentStatus.WAITING
