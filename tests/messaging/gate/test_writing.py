"""Writing to contacts: the channel is chosen, the gate is asked, the row is there and says why."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.consent import withdraw
from crm.models import Contact
from messaging.models import Decision, Message, MessageBody
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact, contacts

pytestmark = pytest.mark.django_db

#: A Monday morning in Manila.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def ana(**fields):
    fields.setdefault("time_zone", "Asia/Manila")
    return contact("Ana", phone="+639171234567", **fields)


def say(who, key="hello", **fields):
    fields.setdefault("text", "Hello")
    [written] = write_to_contacts([ToContact(who.pk, fields.pop("kind", "nudge"), key, **fields)], now=NOW)
    return written


def test_a_message_is_written_over_the_cheapest_way_and_says_why():
    who = ana()
    written = say(who, subject="Hello")
    message = Message.objects.get(pk=written.message_id)
    assert (message.channel, message.status, message.stops_on_reply) == ("email", "pending", True)
    assert message.reason == "By e-mail: the cheapest that reaches Ana; SMS would cost more."
    assert message.fallback == ["sms"]
    assert MessageBody.objects.get(message=message).text == "Hello"


def test_a_known_key_is_written_once():
    who = ana()
    first, second = say(who), say(who)
    assert second.message_id == first.message_id
    assert (first.new, second.new) == (True, False)


def test_a_refused_message_is_there_and_says_why_in_the_ledger():
    who = ana()
    withdraw(Contact.objects.filter(pk=who.pk), channel="email", source="web form", by=None, now=NOW)
    written = say(who, channel="email")
    assert written.refused == "Ana opted out of e-mail on 2 March 2026 (web form)."
    decision = Decision.objects.get(message=written.message_id)
    assert (decision.verdict, decision.rule) == ("refuse", "opted_out")
    assert decision.facts["consents"][0]["source"] == "web form"


def test_at_night_it_waits_for_the_morning_there():
    who = ana(time_zone="")  # the number says where
    [written] = write_to_contacts(
        [ToContact(who.pk, "nudge", "night", text="x", channel="sms")], now=NOW + timedelta(hours=13, minutes=10)
    )
    message = Message.objects.get(pk=written.message_id)
    assert message.status == "scheduled"
    assert message.reason == (
        "It is 23:10 for Ana in Manila (by the phone number), inside quiet hours; it leaves at 08:00 their time."
    )
    assert message.send_after == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


def test_a_thousand_are_written_in_as_many_queries_as_one(django_assert_max_num_queries):
    everybody = contacts(300, time_zone="Asia/Manila")
    with django_assert_max_num_queries(11):
        written = write_to_contacts(
            [ToContact(one.pk, "nudge", f"n:{one.pk}", subject="Hi", text="Hello") for one in everybody], now=NOW
        )
    assert len({one.message_id for one in written}) == 300


@pytest.mark.parametrize("text", ["\0", "\\u0000", "a\0b\\u0000{{ contact.first_name }}", "'; DROP TABLE x; --"])
def test_signs_that_a_database_or_json_cannot_hold_harm_nothing(text):
    written = say(ana(), text=f"Hello {text}", subject=f"Re: {text}\r\nBcc: x@example.org", data={"note": [text]})
    message = Message.objects.get(pk=written.message_id)
    assert message.data["note"] == [text.replace("\0", "")]
    assert "\n" not in message.subject
