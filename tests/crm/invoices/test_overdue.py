"""The word that an invoice is overdue: once, in the organisation's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from crm.due import sweeps_with_work
from crm.invoices.issuing import change
from crm.invoices.overdue import tell_overdue
from crm.models import Event, Organisation
from tests.crm.invoices.making import emptied, invoice, only, pay, told
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 16)
AFTER = datetime(2026, 3, 17, 0, 0, tzinfo=UTC)


def due_now(now: datetime) -> bool:
    return "invoices" in {sweep.name for sweep in sweeps_with_work(now)}


def test_it_is_said_when_the_due_day_is_over_and_only_once() -> None:
    one = invoice(contact(), due_on=DUE)
    before = AFTER - timedelta(seconds=1)
    assert not due_now(before)
    assert tell_overdue(before) == 0
    assert due_now(AFTER)
    assert tell_overdue(AFTER) == 1
    assert not due_now(AFTER)
    assert tell_overdue(AFTER + timedelta(days=9)) == 0
    assert told(one) == ["invoice_issued", "invoice_overdue"]
    assert Event.objects.get(kind="invoice_overdue").data["days_late"] == 1


def test_the_day_is_the_organisations() -> None:
    Organisation.objects.update(time_zone="Asia/Kolkata")
    invoice(contact(), due_on=DUE)
    midnight_there = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)
    assert not due_now(midnight_there - timedelta(seconds=1))
    assert due_now(midnight_there)
    assert tell_overdue(midnight_there) == 1


def test_a_zone_that_the_database_does_not_know_stops_no_sweep() -> None:
    Organisation.objects.update(time_zone="Mars/Olympus")
    invoice(contact(), due_on=DUE)
    assert due_now(AFTER)


def test_nothing_is_said_of_what_is_paid() -> None:
    one = invoice(contact(), due_on=DUE)
    pay(one)
    assert tell_overdue(AFTER) == 0


def test_a_part_payment_after_that_says_nothing_more_of_its_being_late() -> None:
    one = invoice(contact(), due_on=DUE)
    tell_overdue(AFTER)
    pay(one, 40, now=AFTER)
    assert one.look_on is None
    assert told(one) == ["invoice_issued", "invoice_overdue", "invoice_part_paid"]


def test_a_part_payment_before_that_leaves_it_armed() -> None:
    one = invoice(contact(), due_on=DUE)
    pay(one, 40)
    assert tell_overdue(AFTER) == 1


def test_a_later_due_day_arms_it_anew_and_one_already_past_does_not() -> None:
    one = invoice(contact(), due_on=DUE)
    tell_overdue(AFTER)
    change(only(one), changes={"due_on": date(2026, 3, 10)}, by=None, now=AFTER)
    one.refresh_from_db()
    assert one.look_on is None
    change(only(one), changes={"due_on": date(2026, 3, 20)}, by=None, now=AFTER)
    assert tell_overdue(AFTER + timedelta(days=3)) == 0
    assert tell_overdue(AFTER + timedelta(days=4)) == 1


def test_one_that_is_late_when_it_is_issued_is_told_of_at_once() -> None:
    invoice(contact(), issued_on=date(2026, 1, 1), due_on=date(2026, 1, 15))
    assert due_now(NOW)
    tell_overdue(NOW)
    assert Event.objects.get(kind="invoice_overdue").data["days_late"] == 46


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_say_each_once() -> None:
    emptied()
    who, ready = contact(), Barrier(2)
    for _ in range(20):
        invoice(who, due_on=DUE)

    def sweep() -> None:
        ready.wait()
        tell_overdue(AFTER)
        connection.close()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Event.objects.filter(kind="invoice_overdue").count() == 20
