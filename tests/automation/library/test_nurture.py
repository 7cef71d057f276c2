"""Use case 5: five touches over ten days after a guide was asked for, by what they do with the mails."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from automation.library.multi_touch_nurture import GUIDE, LAST, STORY, TIPS
from automation.models import EnrollmentStatus
from crm.models import Contact, Deal
from followups.models import FollowUp
from messaging.incoming import Incoming
from messaging.models import Message, MessageEvent, MessageTemplate
from messaging.receiving import receive
from tests.automation.library.playing import DAY, HOUR, finish, letters, passes, planned, plans, switched_on
from tests.automation.making import happens, where
from tests.crm.deals.given import deal
from tests.factories import NOW, contact
from tests.people import People

CALL = "Call to discuss options with Maria Silva"
OFFER = "Consultation offer to Maria Silva"


@pytest.fixture
def maria(people: People) -> Contact:
    """Somebody who has just downloaded the guide."""
    switched_on("multi-touch-nurture")
    one = contact("Maria", last_name="Silva", owner=people.sam)
    happens(one, "form_submitted", now=NOW, data={"form": "guide downloaded"})
    passes(NOW)
    return one


def clicks(who: Contact, template: str, now: datetime) -> None:
    """A person follows a link of the mail."""
    wanted = MessageTemplate.objects.get(name=template)
    message = Message.objects.get(contact=who, template=wanted)
    MessageEvent.objects.create(message=message, kind="clicked", actor="person", at=now)
    happens(
        who,
        "message_clicked",
        now=now,
        data={"template_id": wanted.pk, "url": "https://example.org/options"},
        subject_kind="message",
        subject_id=message.pk,
    )
    passes(now, since=now)


def test_five_touches_in_ten_days_and_one_call(maria: Contact) -> None:
    expected = {
        0: [GUIDE],
        1: [GUIDE],
        2: [GUIDE, TIPS],
        4: [GUIDE, TIPS],
        5: [GUIDE, TIPS, STORY],
        9: [GUIDE, TIPS, STORY],
    }
    for day in range(10):
        passes(NOW + day * DAY, since=NOW + day * DAY)
        if day in expected:
            assert letters(maria) == expected[day], day
        assert plans(maria) == ([OFFER] if day >= 8 else [])
    passes(NOW + 12 * DAY, since=NOW + 10 * DAY)
    assert letters(maria) == [GUIDE, TIPS, STORY, LAST]
    assert plans(maria) == [OFFER]
    assert where(maria).status == EnrollmentStatus.FINISHED


def test_a_click_in_the_tips_brings_a_call_the_next_day(people: People, maria: Contact) -> None:
    passes(NOW + 2 * DAY)
    clicks(maria, TIPS, NOW + 2 * DAY + HOUR)
    one = FollowUp.objects.get()
    assert (one.subject, one.due_on, one.assignee, one.priority) == (CALL, date(2026, 3, 5), people.sam, "medium")
    passes(NOW + 5 * DAY, since=NOW + 2 * DAY)
    assert letters(maria) == [GUIDE, TIPS, STORY]


def test_who_clicks_again_is_to_be_called_urgently_and_once(maria: Contact) -> None:
    passes(NOW + 2 * DAY)
    clicks(maria, TIPS, NOW + 2 * DAY + HOUR)
    passes(NOW + 5 * DAY, since=NOW + 3 * DAY)
    clicks(maria, STORY, NOW + 5 * DAY + HOUR)
    assert [(one.subject, one.priority) for one in planned(maria)] == [(CALL, "urgent")]


def test_a_first_click_in_the_story_brings_the_call(maria: Contact) -> None:
    passes(NOW + 5 * DAY)
    clicks(maria, STORY, NOW + 6 * DAY)
    assert [(one.subject, one.priority) for one in planned(maria)] == [(CALL, "high")]


def test_a_consultation_that_is_booked_moves_the_deal_on_and_ends_it(people: People, maria: Contact) -> None:
    one = deal(contact=maria, at="Contacted")
    passes(NOW + 8 * DAY)
    finish(planned(maria, subject=OFFER), "booked", NOW + 8 * DAY, people.sam)
    passes(NOW + 14 * DAY, since=NOW + 8 * DAY)
    assert Deal.objects.get(pk=one.pk).stage.name == "Qualified"
    assert LAST not in letters(maria)
    assert where(maria).stop_reason == "goal_met"


def test_a_deal_that_is_further_on_is_not_moved_back(people: People, maria: Contact) -> None:
    one = deal(contact=maria, at="Negotiation")
    passes(NOW + 8 * DAY)
    finish(planned(maria, subject=OFFER), "booked", NOW + 8 * DAY, people.sam)
    assert Deal.objects.get(pk=one.pk).stage.name == "Negotiation"
    assert where(maria).stop_reason == "goal_met"


def test_booked_in_an_earlier_call_nothing_more_is_written(people: People, maria: Contact) -> None:
    passes(NOW + 2 * DAY)
    clicks(maria, TIPS, NOW + 2 * DAY + HOUR)
    finish(planned(maria), "booked", NOW + 3 * DAY, people.sam)
    passes(NOW + 14 * DAY, since=NOW + 3 * DAY)
    assert letters(maria) == [GUIDE, TIPS]
    assert where(maria).stop_reason == "goal_met"


@pytest.mark.parametrize("day", [0, 3, 6, 9])
def test_an_answer_stops_it_and_somebody_is_to_respond(people: People, maria: Contact, day: int) -> None:
    now = NOW + day * DAY + HOUR
    passes(now)
    before = letters(maria)
    receive([Incoming("email", "imap", "m1", maria.email, now, new_text="Yes, gladly.", text="Yes, gladly.")], now=now)
    passes(NOW + 20 * DAY, since=now)
    assert where(maria).stop_reason == "replied"
    assert letters(maria) == before
    [respond] = planned(maria, source_key__startswith="respond:")
    assert (respond.priority, respond.assignee) == ("urgent", people.sam)


def test_an_opt_out_stops_it_at_once(maria: Contact) -> None:
    passes(NOW + 3 * DAY)
    happens(maria, "unsubscribed", now=NOW + 3 * DAY, data={"channel": "email"})
    passes(NOW + 20 * DAY, since=NOW + 3 * DAY)
    assert letters(maria) == [GUIDE, TIPS]
    assert where(maria).stop_reason == "opted_out"


def test_the_same_form_again_begins_nothing_new(maria: Contact) -> None:
    happens(maria, "form_submitted", now=NOW + HOUR, data={"form": "guide downloaded"})
    passes(NOW + 3 * DAY)
    assert letters(maria) == [GUIDE, TIPS]
    assert maria.enrollments.count() == 1
