"""A wait for a reply that leads on says itself what comes of the reply; every other reply still ends it all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from automation.entering import Entry, enroll
from crm.models import Contact
from messaging.models import Message
from messaging.threads import Line, note_lines
from tests.automation.making import automation, goes_on, happens, template, where
from tests.factories import NOW, contact

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


def answers(who: Contact, now: Any) -> None:
    note_lines([Line(who.pk, "email", "in", now, "Yes!", person=True)])
    happens(who, "message_received", now=now, actor="contact", two_way=True, data={"channel": "E-mail"})


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
