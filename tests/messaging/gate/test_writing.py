"""Writing to contacts: the channel is chosen, the gate is asked, the row is there and says why."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.consent import withdraw
from crm.models import Contact
from messaging.models import Decision, Message, MessageBody, MessageTemplate, TemplateVariant
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


def test_one_key_twice_in_a_set_is_one_message():
    who = ana()
    twice = [ToContact(who.pk, "nudge", "same", text=text) for text in ("first", "second")]
    first, second = write_to_contacts(twice, now=NOW)
    assert first.message_id == second.message_id
    assert (first.new, second.new) == (True, False)
    assert MessageBody.objects.get().text == "first"


def test_somebody_who_is_not_there_gets_nothing_and_it_is_said():
    [written] = write_to_contacts([ToContact(987_654, "nudge", "k", text="Hello")], now=NOW)
    assert (written.message_id, written.refused) == (None, "The contact has been deleted.")


def test_a_channel_to_colleagues_is_refused():
    with pytest.raises(ValueError, match="push"):
        say(ana(), channel="push")


def test_what_is_to_leave_later_is_judged_by_the_hour_at_which_it_leaves():
    who, night = ana(), NOW + timedelta(hours=13)
    message = Message.objects.get(pk=say(who, send_after=night, channel="sms").message_id)
    assert (message.status, message.send_after) == ("scheduled", datetime(2026, 3, 3, 0, 0, tzinfo=UTC))
    assert message.data["due_at"] == night.isoformat()


def test_words_in_html_alone_go_by_mail_alone():
    message = Message.objects.get(pk=say(ana(), text="", html="<p>Hello</p>").message_id)
    assert (message.channel, message.fallback) == ("email", [])


def test_words_with_fields_are_filled_when_they_leave():
    message = Message.objects.get(pk=say(ana(), text="Hello {{ contact.first_name }}").message_id)
    assert message.data["text"] == "Hello {{ contact.first_name }}"
    assert not MessageBody.objects.exists()


def refused_mail(people):
    who = ana()
    withdraw(Contact.objects.filter(pk=who.pk), channel="email", source="web form", by=None, now=NOW)
    return who


@pytest.mark.parametrize(("name", "passes"), [("mara", True), ("sam", False)])
def test_only_who_may_insist_is_let_past(people, name, passes):
    who = refused_mail(people)
    written = say(who, channel="email", author_id=getattr(people, name).pk, insist="Her visa ends tomorrow")
    assert (not written.refused) is passes
    message = Message.objects.get(pk=written.message_id)
    assert message.data.get("insist") == ("Her visa ends tomorrow" if passes else None)


def test_nobody_insists_by_way_of_the_facts_of_a_message(people):
    written = say(refused_mail(people), channel="email", author_id=people.mara.pk, data={"insist": "x", "due_at": "y"})
    assert written.refused
    assert "insist" not in Message.objects.get(pk=written.message_id).data


def template(name, channel, **fields):
    made = MessageTemplate.objects.create(name=name, channel=channel, created_at=NOW, updated_at=NOW, **fields)
    TemplateVariant.objects.create(template=made, language="en", text="Hello")
    return made


@pytest.mark.parametrize(("state", "rule"), [("approved", ""), ("pending", "whatsapp_window")])
def test_on_whatsapp_an_approved_template_may_go_at_any_time(state, rule):
    made = template("Visa", "whatsapp", whatsapp_sid="HX1", whatsapp_state=state)
    written = say(ana(), text="", template_id=made.pk, channel="whatsapp")
    assert bool(written.refused) is bool(rule)
    assert [one.rule for one in Decision.objects.all()] == ([rule] if rule else [])


def test_a_template_takes_the_way_of_its_sister_that_is_cheapest():
    by_mail, by_sms = template("Visa", "email"), template("Visa", "sms")
    template("Another", "whatsapp")
    message = Message.objects.get(pk=say(ana(), text="", template_id=by_sms.pk).message_id)
    assert (message.channel, message.template_id, message.fallback) == ("email", by_mail.pk, ["sms"])


def test_a_template_has_no_words_for_another_channel():
    written = say(ana(), text="", template_id=template("Visa", "sms").pk, channel="email", fallback=False)
    assert written.refused == "This template has no words for e-mail."


def test_pictures_travel_with_the_message():
    message = Message.objects.get(pk=say(ana(), media=["https://example.org/a.png"]).message_id)
    assert message.data["media"] == ["https://example.org/a.png"]
