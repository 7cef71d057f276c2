"""A wait for a reply that leads on says itself what comes of the reply; every other reply still ends it all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from automation.entering import Entry, enroll
from crm.models import Contact
from messaging.models import ContactPolicy, Message
from messaging.threads import Line, note_lines
from tests.automation.making import automation, goes_on, happens, template, where
from tests.factories import NOW, contact
from tests.messaging.gate.test_replies_win import Worker

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def waiting(to: str | None) -> Contact:
    """Somebody who was written to and has three days to answer; an answer leads to another mail, and that to a week."""
    one, who = template(), contact(first_name="Maria")
    made = automation(
        {"kind": "send_email", "template": one},
        {"kind": "wait_for_event", "events": [{"event": "reply"}], "exits": {"happened": to, "timed_out": None}},
        {"kind": "send_email", "template": one},
        {"kind": "wait", "amount": 7},
        {"kind": "send_email", "template": one},
    )
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    goes_on(NOW)
    return who


def answers(who: Contact, now: datetime, *, said_at: datetime | None = None) -> None:
    """They answer; a message that was sent earlier bears when."""
    said_at = said_at or now
    note_lines([Line(who.pk, "email", "in", said_at, "Yes!", person=True)])
    data = {"channel": "E-mail", "said_at": said_at.isoformat()}
    happens(who, "message_received", now=now, actor="contact", two_way=True, data=data)


def test_a_reply_that_a_wait_leads_on_from_goes_its_way() -> None:
    who = waiting("s3")
    answers(who, NOW + DAY)
    goes_on(NOW + DAY)
    assert (where(who).status, where(who).step) == ("waiting", "s4")


def test_what_is_written_after_such_a_reply_may_leave_although_they_have_answered() -> None:
    who = waiting("s3")
    answers(who, NOW + DAY)
    goes_on(NOW + DAY)
    first, second = Message.objects.filter(contact=who).order_by("pk")
    assert first.data["written_at"] < second.data["written_at"]
    assert second.status == "pending"


def test_the_next_reply_ends_it() -> None:
    who = waiting("s3")
    answers(who, NOW + DAY)
    goes_on(NOW + DAY)
    answers(who, NOW + 2 * DAY)
    goes_on(NOW + 2 * DAY)
    assert (where(who).status, where(who).stop_reason) == ("stopped", "replied")


def test_two_replies_before_the_engine_looks_are_one() -> None:
    who = waiting("s3")
    answers(who, NOW + DAY)
    answers(who, NOW + DAY + timedelta(minutes=1))
    goes_on(NOW + DAY + timedelta(minutes=2))
    assert (where(who).status, where(who).step) == ("waiting", "s4")


def test_a_reply_that_leads_nowhere_ends_it_as_ever() -> None:
    who = waiting(None)
    answers(who, NOW + DAY)
    goes_on(NOW + DAY)
    assert (where(who).status, where(who).stop_reason) == ("stopped", "replied")


def test_what_was_said_after_it_and_came_late_stops_what_was_written() -> None:
    ContactPolicy.objects.update(gap_minutes=None, cap_per_day=None, cap_per_week=None)
    who, said = waiting("s3"), NOW + DAY
    answers(who, said + timedelta(seconds=5), said_at=said)
    goes_on(said + timedelta(seconds=6))
    answers(who, said + timedelta(seconds=8), said_at=said + timedelta(seconds=1))
    gate = Worker("w")
    gate.claim(said + timedelta(seconds=9))
    gate.judge(said + timedelta(seconds=9))
    assert gate.allowed == []
    assert Message.objects.filter(contact=who).latest("pk").status == "suppressed"


def test_one_that_was_stored_earlier_and_seen_later_ends_it() -> None:
    who = waiting("s3")
    answers(who, NOW + DAY)
    goes_on(NOW + DAY)
    answers(who, NOW + DAY - timedelta(minutes=1))  # its transaction ended after the engine had looked
    goes_on(NOW + DAY + timedelta(hours=1))
    assert (where(who).status, where(who).stop_reason) == ("stopped", "replied")
