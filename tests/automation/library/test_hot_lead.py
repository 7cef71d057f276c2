"""Use case 8: who looks at prices five times in a day, or reads everything, is called within the hour."""

from __future__ import annotations

from datetime import datetime

import pytest

from automation.library.hot_lead import PRICES
from crm.models import Contact
from followups.models import FollowUp
from messaging.models import Message, MessageEvent
from tests.automation.library.playing import DAY, HOUR, finish, passes, planned, plans, switched_on, told
from tests.automation.making import happens, where
from tests.factories import NOW, contact
from tests.people import People

CALL = "Call now: Lea"


@pytest.fixture
def lea(people: People) -> Contact:
    switched_on("hot-lead")
    return contact("Lea", owner=people.sam, lifecycle="working")


def looks(who: Contact, times: int, since: datetime = NOW) -> datetime:
    for number in range(times):
        happens(who, PRICES, now=since + number * HOUR)
    now = since + (times - 1) * HOUR
    passes(now, since=now)
    return now


def opens(who: Contact, number: int, now: datetime) -> None:
    message = Message.objects.create(
        contact=who, channel="email", kind="single", direction="out", status="sent", subject=f"News {number}",
        dedupe_key=f"news:{number}", created_at=now, sent_at=now, send_after=now,
    )  # fmt: skip
    MessageEvent.objects.create(message=message, kind="opened", actor="person", at=now)
    happens(who, "message_opened", now=now, subject_kind="message", subject_id=message.pk)
    passes(now, since=now)


def test_five_looks_at_the_prices_in_a_day_bring_a_call_within_the_hour(people: People, lea: Contact) -> None:
    looks(lea, 4)
    assert not FollowUp.objects.exists()
    now = looks(lea, 1, NOW + 5 * HOUR)
    one = FollowUp.objects.get()
    assert (one.subject, one.priority, one.assignee, one.due_at) == (CALL, "urgent", people.sam, now + HOUR)
    assert "five times within a day" in one.description
    assert told("automation_urgent") == [("Sam", "Call Lea now")]
    looks(lea, 3, now + HOUR)
    assert len(plans(lea)) == 1


def test_five_looks_over_a_week_do_not(people: People, lea: Contact) -> None:
    for day in range(5):
        looks(lea, 1, NOW + day * DAY)
    assert not FollowUp.objects.exists()


def test_three_mails_opened_and_a_form_do_too(people: People, lea: Contact) -> None:
    happens(lea, "form_submitted", now=NOW, data={"form": "price list"})
    for number in range(3):
        assert not FollowUp.objects.exists()
        opens(lea, number, NOW + number * DAY)
    assert "three of our e-mails" in FollowUp.objects.get().description


def test_unmet_after_two_hours_it_goes_to_the_manager(people: People, lea: Contact) -> None:
    now = looks(lea, 5)
    passes(now + 2 * HOUR - HOUR / 2, since=now, step=HOUR / 2)
    assert not told("automation_escalated")
    passes(now + 2 * HOUR, since=now + 2 * HOUR)
    assert told("automation_escalated") == [("Mara", "Lea needs you")]


def test_met_in_time_it_does_not(people: People, lea: Contact) -> None:
    now = looks(lea, 5)
    finish(planned(lea), "spoke", now + HOUR, people.sam)
    passes(now + DAY, since=now + HOUR)
    assert not told("automation_escalated")


def test_an_answer_ends_the_hurry(people: People, lea: Contact) -> None:
    now = looks(lea, 5)
    happens(lea, "message_received", now=now + HOUR, two_way=True, data={"channel": "E-mail"})
    passes(now + DAY, since=now + HOUR)
    assert where(lea).stop_reason == "replied"
    assert not told("automation_escalated")


def test_a_client_is_no_hot_lead(people: People, lea: Contact) -> None:
    Contact.objects.filter(pk=lea.pk).update(lifecycle="client")
    looks(lea, 6)
    assert not FollowUp.objects.exists()
