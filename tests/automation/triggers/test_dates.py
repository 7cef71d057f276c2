"""Triggers of time through the real sweep: who is found, when, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from automation.dating import sweep_clocks
from automation.models import Automation, Enrollment, TriggerClock
from crm.models import Contact, Document
from crm.timeline import Happening, record
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
