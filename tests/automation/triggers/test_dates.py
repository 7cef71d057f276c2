"""Triggers of time through the real sweep: who is found, when, and never twice."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection

from automation.dating import sweep_clocks
from automation.models import Automation, Enrollment, TriggerClock
from crm.models import Contact, Document
from crm.timeline import Happening, record
from crm.zones import moment
from tests.automation.making import automation
from tests.factories import NOW, contact, contacts

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
END = {"kind": "end"}


def made(**trigger: Any) -> Automation:
    rules = trigger.pop("rules", {})
    return automation(END, triggers=[trigger], **rules)


def looks(now: datetime) -> None:
    while sweep_clocks(now):
        pass


def entered() -> list[tuple[str, datetime]]:
    rows = Enrollment.objects.order_by("entered_at", "pk").values_list("contact__first_name", "entered_at")
    return list(rows)


def test_a_date_lets_in_at_the_hour_where_they_are() -> None:
    made(kind="date_field", date="contact.passport", offset_days=-30, at="09:00")
    contact("Manila", time_zone="Asia/Manila", custom={"passport": "2026-04-03"})
    contact("Lima", time_zone="America/Lima", custom={"passport": "2026-04-03"})
    contact("Later", time_zone="Asia/Manila", custom={"passport": "2026-04-05"})
    contact("Nothing", custom={"passport": "soon"})
    for hour in range(60):
        looks(NOW + hour * HOUR)
    assert entered() == [
        ("Manila", datetime(2026, 3, 4, 1, tzinfo=UTC)),
        ("Lima", datetime(2026, 3, 4, 14, tzinfo=UTC)),
    ]


def test_days_in_which_nothing_ran_are_made_up_once() -> None:
    made(kind="date_field", date="contact.start", at="09:00")
    for day in range(3, 9):
        contact(f"Day {day}", time_zone="Europe/Paris", custom={"start": f"2026-03-0{day}"})
    looks(NOW + 6 * DAY)
    looks(NOW + 6 * DAY)
    assert [name for name, _ in entered()] == [f"Day {day}" for day in range(3, 9)]
    looks(NOW + 2 * DAY)  # the clock was set back
    looks(NOW + 6 * DAY + HOUR)
    assert len(entered()) == 6


def test_a_birthday_comes_every_year_and_on_the_29th_of_february_too() -> None:
    made(kind="birthday", date="contact.born", at="09:00", rules={"reentry": "always"})
    contact("Leap", time_zone="UTC", custom={"born": "1992-02-29"})
    contact("Newborn", time_zone="UTC", custom={"born": "2027-02-28"})
    contact("Plain", time_zone="UTC", custom={"born": "1980-02-28"})
    for year in (2027, 2028):
        for day in range(26, 31):
            looks(datetime(year, 2, 1, tzinfo=UTC) + (day - 1) * DAY + 10 * HOUR)
            Enrollment.objects.filter(ended_at=None).update(status="finished", ended_at=NOW)
    assert {(name, f"{at:%Y-%m-%d}") for name, at in entered()} == {
        ("Leap", "2027-02-28"), ("Plain", "2027-02-28"),
        ("Leap", "2028-02-29"), ("Plain", "2028-02-28"), ("Newborn", "2028-02-28"),
    }  # fmt: skip


def test_an_anniversary_of_their_arrival_begins_with_the_first() -> None:
    made(kind="anniversary", at="10:00")
    contact("Old", time_zone="UTC", created_at=NOW - 365 * DAY + DAY)
    contact("New", time_zone="UTC", created_at=NOW)
    looks(NOW + DAY + 2 * HOUR)
    assert [name for name, _ in entered()] == ["Old"]


def test_a_document_lets_in_its_owner_for_that_document_unless_a_newer_one_came() -> None:
    made(kind="document_date", offset_days=-90, at="09:00", rules={"per_record": True})
    maria = contact("Maria", time_zone="UTC")
    last = date(2026, 3, 3) + 90 * DAY
    fields: dict[str, Any] = {"contact": maria, "state": "approved", "received_at": NOW, "expires_on": last}
    one = Document.objects.create(name="Passport", **fields)
    old = Document.objects.create(name="Visa", **fields)
    Document.objects.create(name="Visa", replaces=old, contact=maria, state="received", received_at=NOW)
    looks(NOW + 2 * DAY)
    assert list(Enrollment.objects.values_list("about", "memory__words__document")) == [
        (f"document:{one.pk}", "Passport")
    ]


def test_a_fixed_day_lets_in_all_who_fit_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from automation import dated

    monkeypatch.setattr(dated, "BATCH", 3)
    contacts(8, time_zone="UTC", city="Cebu")
    contact("Other", time_zone="UTC")
    who = {"all": [{"field": "city", "op": "equals", "value": "Cebu"}]}
    made(kind="fixed_date", on="2026-03-03", at="09:00", rules={"who": who})
    looks(NOW + 2 * DAY)
    assert {name for name, _ in entered()} == {f"Client {number}" for number in range(8)}
    assert TriggerClock.objects.get().after == 0


def test_a_schedule_comes_on_the_first_working_day_of_the_month() -> None:
    made(kind="schedule", at="09:00", rules={"reentry": "always"})
    contact("Maria", time_zone="UTC")
    for day in range(95):
        looks(NOW + day * DAY + HOUR)
        Enrollment.objects.filter(ended_at=None).update(status="finished", ended_at=NOW)
    assert [f"{at:%Y-%m-%d}" for _, at in entered()] == ["2026-03-02", "2026-04-01", "2026-05-01", "2026-06-01"]


def test_a_silence_lets_in_once_and_a_new_silence_again() -> None:
    made(kind="days_inactive", days=60, rules={"reentry": "always"})
    maria = contact("Maria", last_two_way_at=NOW - 59 * DAY)
    contact("Gone", last_two_way_at=NOW - 59 * DAY, lifecycle="lost")
    contact("Long ago", last_two_way_at=NOW - 70 * DAY)
    looks(NOW + 2 * DAY)
    looks(NOW + 3 * DAY)
    assert entered() == [("Maria", NOW + DAY)]
    Enrollment.objects.update(status="finished", ended_at=NOW)
    Contact.objects.filter(pk=maria.pk).update(last_two_way_at=NOW + 5 * DAY)
    for day in range(4, 70):
        looks(NOW + day * DAY)
    assert entered() == [("Maria", NOW + DAY), ("Maria", NOW + 65 * DAY)]


def test_a_message_that_nobody_answers_lets_in_after_the_last_one() -> None:
    made(kind="not_replied_within", days=3)
    silent, chatty, answered = contact("Silent"), contact("Chatty"), contact("Answered")

    def sends(who: Contact, at: datetime, pk: int) -> None:
        record([Happening("message_sent", who.pk, at, subject_kind="message", subject_id=pk)], now=at)

    sends(silent, NOW + HOUR, 1)
    sends(chatty, NOW + HOUR, 2)
    sends(chatty, NOW + DAY, 3)
    sends(answered, NOW + HOUR, 4)
    Contact.objects.filter(pk=answered.pk).update(last_two_way_at=NOW + DAY)
    for hour in range(24, 24 * 6, 5):
        looks(NOW + hour * HOUR)
    assert entered() == [("Silent", NOW + HOUR + 3 * DAY), ("Chatty", NOW + 4 * DAY)]


def test_a_new_version_looks_on_from_where_the_old_one_came_to() -> None:
    from automation.models import AutomationVersion
    from automation.publishing import publish

    one = made(kind="date_field", date="contact.start", at="09:00")
    contact("Between", time_zone="UTC", custom={"start": "2026-03-03"})
    live = one.live
    assert live is not None
    AutomationVersion.objects.create(
        automation=one, number=2, definition=live.definition, created_at=NOW, updated_at=NOW
    )
    publish(one, by=None, now=NOW + 2 * DAY)
    looks(NOW + 2 * DAY + HOUR)
    assert [name for name, _ in entered()] == ["Between"]
    assert TriggerClock.objects.filter(active=True).count() == 1


def test_nothing_is_made_up_for_the_time_of_a_pause() -> None:
    from automation.switching import pause, resume

    one = made(kind="date_field", date="contact.start", at="09:00")
    contact("Meanwhile", time_zone="UTC", custom={"start": "2026-03-03"})
    contact("After", time_zone="UTC", custom={"start": "2026-03-06"})
    pause(Automation.objects.filter(pk=one.pk), by=None, now=NOW)
    looks(NOW + 2 * DAY)
    resume(Automation.objects.filter(pk=one.pk), by=None, now=NOW + 3 * DAY)
    looks(NOW + 5 * DAY)
    assert [name for name, _ in entered()] == ["After"]


def test_one_that_breaks_off_holds_up_no_other(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    from automation.triggers.days_inactive import DaysInactive

    made(kind="days_inactive", days=60)
    made(kind="date_field", date="contact.start", at="09:00")
    contact("Maria", time_zone="UTC", custom={"start": "2026-03-03"})
    monkeypatch.setattr(DaysInactive, "window", lambda *_: 1 / 0)
    looks(NOW + 2 * DAY)
    assert [name for name, _ in entered()] == ["Maria"]
    assert "a trigger of time broke off" in caplog.text


@pytest.mark.parametrize("seed", range(3))
def test_random_gaps_name_everybody_exactly_once(seed: int) -> None:
    chance = random.Random(seed)  # protects nothing
    zones = ["Asia/Manila", "America/Lima", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu", ""]
    made(kind="date_field", date="contact.start", at="09:30")
    for number in range(40):
        day = NOW.date() + timedelta(days=chance.randint(3, 25))
        contact(f"{number}", time_zone=chance.choice(zones), custom={"start": day.isoformat()})
    now = NOW
    while now < NOW + 30 * DAY:
        now += timedelta(minutes=chance.choice([1, 20, 300, 60 * 24, 60 * 24 * 6]))
        looks(now - timedelta(minutes=chance.choice([0, 0, 200])))
    looks(NOW + 31 * DAY)
    assert Enrollment.objects.count() == 40
    for one in Enrollment.objects.select_related("contact"):
        zone = one.contact.time_zone or "UTC"
        assert one.entered_at == moment(date.fromisoformat(one.contact.custom["start"]), time(9, 30), zone)


def test_a_crash_costs_one_piece_and_another_scheduler_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from automation import dated, dating

    monkeypatch.setattr(dated, "BATCH", 4)
    contacts(10, time_zone="UTC")
    made(kind="fixed_date", on="2026-03-03", at="09:00")
    monkeypatch.setattr(dating, "PIECES", 1)
    assert sweep_clocks(NOW + 2 * DAY) == 1
    assert Enrollment.objects.count() == 4
    real = dating.enroll

    def breaks(*args: Any, **more: Any) -> None:
        real(*args, **more)
        raise RuntimeError("killed")

    monkeypatch.setattr(dating, "enroll", breaks)
    sweep_clocks(NOW + 2 * DAY)
    assert Enrollment.objects.count() == 4
    monkeypatch.setattr(dating, "enroll", real)
    looks(NOW + 2 * DAY + HOUR)
    assert Enrollment.objects.count() == 10
    assert not TriggerClock.objects.filter(after__gt=0).exists()


def test_who_moves_to_another_zone_on_the_day_enters_once() -> None:
    made(kind="date_field", date="contact.start", at="09:00", rules={"reentry": "always"})
    maria = contact("Maria", time_zone="Asia/Manila", custom={"start": "2026-03-04"})
    looks(NOW + DAY + 17 * HOUR)  # past nine in Manila
    Enrollment.objects.update(status="finished", ended_at=NOW)
    Contact.objects.filter(pk=maria.pk).update(time_zone="America/Lima")
    looks(NOW + 3 * DAY)
    assert [name for name, _ in entered()] == ["Maria"]


def test_own_dates_and_silences_ride_their_indexes() -> None:
    from automation import dated

    contacts(2_000, custom={"note": "x"}, last_two_way_at=NOW - 5 * DAY)
    contacts(500, custom={"start": "2026-05-01"})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_contact")
        plans = []
        for sql, values in (
            (dated._DAYS, {"slug": "start", "keys": ["start 03-04"], "days": ["2026-03-04"], "every": False}),
            (dated._QUIET, {"since": NOW - 90 * DAY, "until": NOW - 89 * DAY}),
        ):
            cursor.execute("EXPLAIN " + sql, {"after": 0, "batch": 1000, "elsewhere": ["Asia/Manila"], **values})
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert "automation_days_of_contacts" in plans[0]
    assert "automation_quiet_contacts" in plans[1]


def test_a_look_costs_the_same_however_many_there_are() -> None:
    from django.test.utils import CaptureQueriesContext

    made(kind="date_field", date="contact.start", at="09:00")
    counts = []
    for number, day in ((1, "2026-03-03"), (3, "2026-03-04"), (60, "2026-03-05")):
        contacts(number, time_zone="UTC", custom={"start": day})
        now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        with CaptureQueriesContext(connection) as queries:
            assert sweep_clocks(now) == 1
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert Enrollment.objects.count() == 64


def test_nothing_due_costs_nothing() -> None:
    from crm.due import sweeps_with_work

    made(kind="date_field", date="contact.start", at="09:00")
    looks(NOW + HOUR)
    clock = TriggerClock.objects.get()
    assert "automation_dates" not in {one.name for one in sweeps_with_work(clock.next_at - timedelta(seconds=1))}
    assert "automation_dates" in {one.name for one in sweeps_with_work(clock.next_at)}
