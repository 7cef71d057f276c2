"""Due reminders become messages: once, on time, to their person, over the channels chosen for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.due import run_until_quiet, sweeps_with_work
from followups import reminders
from followups import transitions as do
from followups.creating import create
from followups.due import Due
from followups.models import Reminder
from followups.reminder_plans import BadReminder, ReminderPlan
from followups.reminders import sweep_reminders
from messaging.models import Message
from messaging.rendering import render
from tests.factories import NOW, contact, contacts, followup, new_followup, only
from tests.followups.test_together import at_once
from tests.people import People

DUE = NOW + timedelta(hours=2)
TIME = DUE - timedelta(minutes=15)


def call(people: People, **fields: Any) -> Any:
    fields = {"due": Due(at=DUE), "reminders": [ReminderPlan(before_minutes=15)]} | fields
    return followup(contact("Maria", last_name="Silva"), people.sam, by=people.sam, **fields)


def told(channel: str = "in_app") -> list[Message]:
    return list(Message.objects.filter(kind="reminder", channel=channel).order_by("pk"))


def test_it_fires_at_its_time_and_once(people: People) -> None:
    one = call(people)
    assert sweep_reminders(TIME - timedelta(seconds=1)) == 0
    assert sweep_reminders(TIME) == 1
    assert sweep_reminders(TIME + timedelta(minutes=1)) == 0

    [message] = told()
    assert (message.user, message.cause_kind, message.cause_id) == (people.sam, "followup", one.pk)
    assert message.subject == "Call Maria, due Mon 2 Mar 2026, 11:00"
    assert one.reminders.get().fired_at == TIME


def test_the_pulse_finds_it(people: People) -> None:
    call(people)
    assert "reminders" not in [sweep.name for sweep in sweeps_with_work(TIME - timedelta(seconds=1))]
    assert run_until_quiet(TIME)["reminders"] == 1


def test_it_says_the_time_where_its_person_is(people: People) -> None:
    people.sam.time_zone = "Asia/Tokyo"
    people.sam.save(update_fields=["time_zone"])
    call(people)
    sweep_reminders(TIME)
    assert told()[0].subject.endswith("20:00")


def test_each_of_several_fires_at_its_own_time_over_its_own_channels(people: People) -> None:
    call(
        people,
        reminders=[
            ReminderPlan(before_minutes=60, channels=("in_app",)),
            ReminderPlan(at=NOW + timedelta(minutes=5), channels=("email",), user_id=people.noor.pk),
        ],
    )
    sweep_reminders(NOW + timedelta(minutes=5))
    assert [message.user for message in told("email")] == [people.noor]
    assert told("in_app") == []
    sweep_reminders(DUE - timedelta(minutes=60))
    assert [message.user for message in told("in_app")] == [people.sam]
    assert len(told("email")) == 1


def test_a_reminder_set_too_late_fires_at_once_and_says_so(people: People) -> None:
    call(people, due=Due(at=NOW + timedelta(minutes=3)))
    sweep_reminders(NOW)
    [message] = told()
    assert message.data["late"] is True
    words = render(kind="reminder", subject=message.subject, data=message.data, name="Sam")
    assert "This reminder comes late" in words.text
    assert "For Maria Silva." in words.text


def test_nothing_fires_for_what_has_ended(people: People) -> None:
    one = call(people)
    do.complete(only(one), by=people.sam, now=NOW, outcome="spoke")
    Reminder.objects.update(state="waiting")  # as if its end had come between two statements
    sweep_reminders(TIME)
    assert (told(), one.reminders.get().state) == ([], "cancelled")


def test_a_snoozed_one_waits_until_it_wakes(people: People) -> None:
    one = call(people)
    until = DUE + timedelta(hours=5)
    type(one).objects.filter(pk=one.pk).update(snoozed_until=until)  # the reminder itself was not moved
    sweep_reminders(TIME)
    assert told() == []
    assert one.reminders.get().fire_at == until
    sweep_reminders(until)
    assert len(told()) == 1


def test_after_moving_it_fires_again_for_the_new_time(people: People) -> None:
    one = call(people)
    sweep_reminders(TIME)
    do.reschedule(only(one), by=people.sam, now=TIME, due=Due(at=DUE + timedelta(days=1)))
    sweep_reminders(TIME + timedelta(days=1))
    assert len(told()) == 2


def test_before_a_date_counts_from_nine_in_the_morning(people: People) -> None:
    people.sam.time_zone = "Europe/Paris"
    people.sam.save(update_fields=["time_zone"])
    one = call(people, due=Due(on=date(2026, 7, 1)), reminders=[ReminderPlan(before_minutes=60)])
    assert one.reminders.get().fire_at == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_one_that_cannot_be_told_shows_its_error_and_holds_up_no_other(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = call(people, subject="Bad"), call(people, subject="Good")
    real = reminders.tell

    def choking(notices: Any, *, now: datetime) -> list[int]:
        if any(notice.data["subject"] == "Bad" for notice in notices):
            raise ValueError("no words")
        return real(notices, now=now)

    monkeypatch.setattr(reminders, "tell", choking)
    assert sweep_reminders(TIME) == 2
    assert (bad.reminders.get().state, bad.reminders.get().error) == ("failed", "ValueError('no words')")
    assert (good.reminders.get().state, len(told())) == ("fired", 1)


def test_a_thousand_cost_as_many_queries_as_two(people: People) -> None:
    def cost(number: int) -> int:
        new = [
            new_followup(one, people.sam, due=Due(at=DUE), reminders=[ReminderPlan(before_minutes=15)])
            for one in contacts(number)
        ]
        create(new, by=None, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert sweep_reminders(TIME) == number
        return len(queries)

    assert cost(2) == cost(900) <= 10


def test_two_workers_share_the_work_and_double_nothing(committing: People) -> None:
    new = [
        new_followup(one, committing.sam, due=Due(at=DUE), reminders=[ReminderPlan(before_minutes=15)])
        for one in contacts(1500)
    ]
    create(new, by=None, now=NOW)
    assert sum(at_once(lambda: sweep_reminders(TIME), lambda: sweep_reminders(TIME))) == 1500
    assert len(told()) == len(told("email")) == 1500
    assert set(Reminder.objects.values_list("state", flat=True)) == {"fired"}


def test_a_reminder_is_relative_or_absolute_and_never_absurd() -> None:
    for wrong in ({}, {"before_minutes": 5, "at": NOW}, {"before_minutes": -1}, {"at": datetime(2026, 1, 1)}):  # noqa: DTZ001
        with pytest.raises(BadReminder):
            ReminderPlan(**wrong)
