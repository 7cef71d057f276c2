"""When one way fails the next is taken, once, and never around what the contact wants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.consent import withdraw
from crm.models import Contact
from messaging.delivery import deliver_due
from messaging.fallback import fall_back, key_of
from messaging.models import Message, MessageBody, MessageTemplate, TemplateVariant
from messaging.suppressing import Stop, suppress
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def ana():
    return contact("Ana", phone="+639171234567", time_zone="UTC", email="ana@example.org")


def failed(who, status="bounced", **fields):
    fields.setdefault("text", "Hello")
    [written] = write_to_contacts([ToContact(who.pk, "nudge", "k", **fields)], now=NOW)
    Message.objects.filter(pk=written.message_id).update(status=status, reason="The mailbox is full.")
    return Message.objects.get(pk=written.message_id)


def test_what_came_back_goes_by_the_next_way_and_says_what_it_stands_in_for(ana):
    first = failed(ana, subject="Hello", cause_kind="followup", cause_id=7)
    [pk] = fall_back([first.pk], now=LATER)
    second = Message.objects.get(pk=pk)
    assert (second.channel, second.status, second.fallback, second.fallback_of) == ("sms", "pending", [], first.pk)
    assert second.reason == "By SMS, in place of the one by e-mail that came back: The mailbox is full."
    assert (second.cause_kind, second.cause_id, second.dedupe_key) == ("followup", 7, "k:fallback:sms")
    assert MessageBody.objects.get(message=pk).text == "Hello"


def test_it_is_done_once(ana):
    first = failed(ana)
    assert len(fall_back([first.pk], now=LATER)) == 1
    assert fall_back([first.pk, first.pk], now=LATER) == []


def test_the_last_way_has_no_other(ana):
    first = failed(ana)
    [second] = fall_back([first.pk], now=LATER)
    Message.objects.filter(pk=second).update(status="failed")
    assert fall_back([second], now=LATER) == []


@pytest.mark.parametrize("status", ["pending", "sent", "delivered", "uncertain"])
def test_what_may_have_arrived_is_not_written_again(ana, status):
    assert fall_back([failed(ana, status).pk], now=LATER) == []


def test_an_opt_out_since_ends_it(ana):
    first = failed(ana)
    withdraw(Contact.objects.filter(pk=ana.pk), channel="email", source="link", by=None, now=LATER)
    assert fall_back([first.pk], now=LATER) == []


@pytest.mark.parametrize(("reason", "count"), [("complaint", 0), ("opt_out", 0), ("hard_bounce", 1)])
def test_a_dead_address_leads_on_but_a_complaint_does_not(ana, reason, count):
    first = failed(ana)
    suppress([Stop("email", ana.email, reason, message_id=first.pk)], by=None, now=LATER)
    assert len(fall_back([first.pk], now=LATER)) == count


def test_an_answer_since_ends_it(ana):
    first = failed(ana)
    note_lines([Line(ana.pk, "email", "in", NOW + timedelta(minutes=1), "Yes", person=True)])
    assert fall_back([first.pk], now=LATER) == []


def test_it_waits_for_the_gap_like_any_other(ana):
    first = failed(ana)
    note_lines([Line(ana.pk, "email", "out", LATER, "Hello", person=False)])
    [pk] = fall_back([first.pk], now=LATER)
    second = Message.objects.get(pk=pk)
    assert (second.status, second.send_after) == ("scheduled", LATER + timedelta(hours=1))


def test_what_the_gate_refuses_for_its_channel_goes_by_the_next_at_once(ana):
    [written] = write_to_contacts([ToContact(ana.pk, "nudge", "k", text="Hello")], now=NOW)
    suppress([Stop("email", ana.email, "hard_bounce")], by=None, now=NOW)
    deliver_due(NOW)
    first = Message.objects.get(pk=written.message_id)
    assert first.status == "suppressed"
    second = Message.objects.get(fallback_of=first.pk)
    assert second.channel == "sms"
    assert second.reason.startswith("By SMS, in place of the one by e-mail that could not go: This address is not")


def test_a_template_falls_back_to_its_sister_on_the_other_channel(ana):
    made = {}
    for channel in ("email", "sms"):
        template = MessageTemplate.objects.create(name="Visa", channel=channel, created_at=NOW, updated_at=NOW)
        TemplateVariant.objects.create(template=template, language="en", text=f"By {channel}")
        made[channel] = template.pk
    first = failed(ana, text="", template_id=made["sms"])
    assert (first.channel, first.template_id) == ("email", made["email"])
    [pk] = fall_back([first.pk], now=LATER)
    assert Message.objects.get(pk=pk).template_id == made["sms"]


def test_a_template_without_a_sister_stays_on_its_channel(ana):
    template = MessageTemplate.objects.create(name="Visa", channel="email", created_at=NOW, updated_at=NOW)
    first = failed(ana, text="", template_id=template.pk)
    assert first.fallback == []


def test_what_a_person_wrote_for_one_channel_does_not_turn_up_on_another(ana, people):
    assert failed(ana, channel="email", author_id=people.sam.pk).fallback == []


def test_keys_stay_short_and_apart():
    long = "x" * 195
    assert key_of("a:fallback:sms", "whatsapp") == "a:fallback:whatsapp"
    assert len(key_of(long, "whatsapp")) <= 200
    assert key_of(long + "1", "sms") != key_of(long + "2", "sms")


def test_what_another_stands_in_for_gets_no_second_one_when_more_bad_news_comes(ana):
    first = failed(ana, "failed")
    Message.objects.filter(pk=first.pk).update(fallback=["sms", "whatsapp"])
    [second] = fall_back([first.pk], now=LATER)
    Message.objects.filter(pk=second).update(status="delivered")
    suppress([Stop("sms", ana.phone, "hard_bounce")], by=None, now=LATER)
    note_lines([Line(ana.pk, "whatsapp", "in", NOW - timedelta(hours=1), "Hi", person=True)])
    Message.objects.filter(pk=first.pk).update(status="bounced")
    assert fall_back([first.pk], now=LATER) == []


def test_an_answer_that_is_just_being_stored_ends_the_one_that_stands_in_too(ana):
    first = failed(ana)
    [second] = fall_back([first.pk], now=LATER)
    note_lines([Line(ana.pk, "email", "in", NOW + timedelta(minutes=1), "Yes", person=True)])
    deliver_due(LATER + timedelta(minutes=1))
    assert Message.objects.get(pk=second).status == "suppressed"
