"""The daily word: each warning once, the nearest only, and that it has expired."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from crm.documents.expiring import tell_expiring
from crm.documents.handling import receive, reject, withdraw
from crm.documents.requesting import renew
from crm.due import sweeps_with_work
from crm.integrity import count_problems
from crm.models import Document, Event, Organisation
from tests.crm.documents.making import approved, document, emptied, kind, only, told
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db
LAST = date(2026, 12, 31)


def day(days_before: int) -> datetime:
    """A moment so many days before the last day."""
    return datetime(2026, 12, 31, 10, tzinfo=UTC) - timedelta(days=days_before)


def due_now(now: datetime) -> bool:
    return "documents" in {sweep.name for sweep in sweeps_with_work(now)}


def test_each_threshold_is_said_once_and_then_that_it_has_expired() -> None:
    one = approved(contact(), LAST)
    for left in range(200, -3, -1):
        assert due_now(day(left)) == (left in (180, 90, 30, -1))
        tell_expiring(day(left))
    one.refresh_from_db()
    assert (one.state, one.look_on) == ("expired", None)
    assert told(one)[3:] == ["expiring"] * 3 + ["expired"]
    left = Event.objects.filter(kind="document_expiring").order_by("pk").values_list("data__days_left", flat=True)
    assert list(left) == [180, 90, 30]


def test_missed_days_catch_up_with_the_nearest_threshold_only() -> None:
    one = approved(contact(), LAST)
    tell_expiring(day(20))
    tell_expiring(day(19))
    assert told(one)[3:] == ["expiring"]
    assert Event.objects.get(kind="document_expiring").data["days_left"] == 20


def test_one_that_was_never_looked_at_goes_straight_to_expired() -> None:
    one = approved(contact(), LAST)
    tell_expiring(day(-40))
    assert told(one)[3:] == ["expired"]


def test_the_day_is_the_organisations() -> None:
    Organisation.objects.update(time_zone="Pacific/Auckland")
    approved(contact(), LAST)
    begins_there = datetime(2026, 7, 3, 12, tzinfo=UTC)  # 4 July in Auckland, 180 days before
    assert not due_now(begins_there - timedelta(seconds=1))
    assert due_now(begins_there)


def test_a_renewal_that_came_ends_the_warnings_and_a_rejected_one_wakes_them() -> None:
    old = approved(contact(), LAST)
    tell_expiring(day(180))
    new = Document.objects.get(pk=renew(only(old), by=None, now=day(170)).ids[0])
    old.refresh_from_db()
    assert old.look_on == date(2026, 10, 2)
    receive(only(new), by=None, now=day(160))
    old.refresh_from_db()
    assert old.look_on is None
    reject(only(new), reason="Not theirs", by=None, now=day(159))
    old.refresh_from_db()
    assert old.look_on == date(2026, 10, 2)
    receive(only(new), by=None, now=day(158))
    assert count_problems(now=day(158))["documents_nobody_will_warn_of"] == 0
    withdraw(only(new), by=None, now=day(157))
    old.refresh_from_db()
    assert old.look_on == date(2026, 10, 2)


def test_what_is_rejected_or_withdrawn_is_not_warned_of() -> None:
    for verb in ("reject", "withdraw"):
        one = approved(contact(), LAST)
        reject(only(one), reason="No", by=None, now=NOW) if verb == "reject" else withdraw(only(one), by=None, now=NOW)
    assert tell_expiring(day(10)) == 0


def test_a_document_without_a_kind_has_the_usual_warnings() -> None:
    one = document(contact(), "Licence")
    receive(only(one), by=None, now=NOW)
    Document.objects.filter(pk=one.pk).update(expires_on=LAST, look_on=day(180).date())
    assert tell_expiring(day(180)) == 1


def test_a_kind_without_warnings_only_expires() -> None:
    one = approved(contact(), LAST, of="Photograph")
    assert kind("Photograph").warn_days == []
    assert one.look_on == date(2027, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_say_each_once() -> None:
    emptied()
    kind()
    ready = Barrier(2)
    for number in range(20):
        approved(contact(f"C{number}"), LAST)

    def sweep() -> None:
        ready.wait()
        tell_expiring(day(90))
        connection.close()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Event.objects.filter(kind="document_expiring").count() == 20
