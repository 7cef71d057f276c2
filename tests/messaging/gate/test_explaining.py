"""What people are told before and after: previews for composers, and why they did or did not get it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.consent import withdraw
from crm.models import Contact
from messaging.delivery import deliver_due
from messaging.explaining import explained
from messaging.inbox.ways import ways_to
from messaging.models import Decision, Message
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact

pytestmark = pytest.mark.django_db

#: Ten in the morning in Manila.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NIGHT = NOW + timedelta(hours=13)


@pytest.fixture
def ana():
    return contact("Ana", phone="+639171234567", email="ana@example.org")


def why(who, now=NOW, **fields):
    [written] = write_to_contacts([ToContact(who.pk, "nudge", "k", text="Hello", **fields)], now=now)
    message = Message.objects.get(pk=written.message_id)
    return explained(message, list(Decision.objects.filter(message=message).order_by("pk")))


def test_the_composer_says_what_would_become_of_it_and_what_time_it_is_there(ana):
    way = ways_to(ana.pk, topic="service", now=NIGHT).of("sms")
    assert (way.verdict.verdict, way.verdict.rule, way.address) == ("hold", "quiet_hours", "+639171234567")
    assert way.title.startswith("It is 23:00 for Ana in Manila (by the phone number), inside quiet hours")


def test_the_composer_shows_the_window_of_whatsapp(ana):
    assert ways_to(ana.pk, topic="service", now=NOW).of("whatsapp").window == ""
    note_lines([Line(ana.pk, "whatsapp", "in", NOW, "Hi", person=True)])
    assert "22" in ways_to(ana.pk, topic="service", now=NOW + timedelta(hours=2)).of("whatsapp").window


def test_all_channels_are_asked_in_six_queries(ana, django_assert_num_queries):
    with django_assert_num_queries(6):
        found = ways_to(ana.pk, topic="service", now=NOW)
    assert {way.channel for way in found.ways} == {"email", "sms", "whatsapp"}
    assert found.best == "email"


def test_what_waits_says_why_and_what_may_follow(ana):
    assert why(ana) == (
        "It waits for its turn. By e-mail: the cheapest that reaches Ana; SMS would cost more. "
        "Should it fail, it goes by SMS."
    )


def test_what_is_held_says_until_when(ana):
    assert why(ana, NIGHT, channel="email", fallback=False) == (
        "Held. It is 23:00 for Ana in Manila (by the phone number), inside quiet hours; it leaves at 08:00 their time."
    )


def test_what_was_not_sent_says_who_said_no(ana):
    withdraw(Contact.objects.filter(pk=ana.pk), channel="email", source="web form", by=None, now=NOW)
    assert why(ana, channel="email") == "Not sent. Ana opted out of e-mail on 2 March 2026 (web form)."


def test_what_was_sent_says_by_which_way_and_when_there(ana, settings, tmp_path):
    settings.EMAIL_PROVIDER, settings.KEEP_DIR = "keep", str(tmp_path)
    why(ana, subject="Hello")
    deliver_due(NOW)
    message = Message.objects.get()
    assert message.status in ("sent", "delivered"), message.reason
    assert explained(message, list(message.decisions.all())).startswith(
        "Sent. By e-mail: the cheapest that reaches Ana; SMS would cost more. It is 10:00 for Ana in Manila"
    )
