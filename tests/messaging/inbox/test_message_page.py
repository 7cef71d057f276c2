"""The page of a message with a contact: why, what the gate looked at, what came of it and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from messaging.models import Decision, Message, MessageEvent
from tests.factories import contact
from tests.messaging.inbox.talks import from_them, from_us


def ago(**by):
    return timezone.now() - timedelta(**by)


@pytest.fixture
def maria(people):
    return contact("Maria", last_name="Santos", owner=people.sam, phone="+639175554410")


@pytest.fixture
def sam(people):
    client = Client()
    client.force_login(people.sam)
    return client


def page_of(client, message, **query):
    answer = client.get(f"/messages/{message.pk}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_held_message_says_why_and_by_which_facts(sam, people, maria):
    one = from_us(maria, people.sam, "Hello", status="scheduled", at=ago(hours=1), channel="sms", reason="It is 23:10.")
    Decision.objects.create(
        message=one, at=ago(hours=1), verdict="hold", rule="quiet_hours", sentence="It is 23:10.",
        facts={"zone_name": "Asia/Manila", "weekends": False},
    )  # fmt: skip
    page = page_of(sam, one)
    assert "Held. It is 23:10." in page
    assert "Rule “quiet hours” and what it looked at" in page
    assert "Asia/Manila" in page
    assert f"/messages/{one.pk}/cancel/" in page
    assert "Hello" in page


def test_opens_say_who_opened_and_by_which_rule(sam, people, maria):
    one = from_us(maria, people.sam, "Hello", at=ago(hours=1))
    MessageEvent.objects.create(message=one, kind="opened", at=ago(minutes=59), actor="machine", rule="mail_proxy")
    MessageEvent.objects.create(message=one, kind="clicked", at=ago(minutes=9), actor="person", rule="later_alone")
    page = page_of(sam, one)
    assert "by a machine" in page
    assert "mail proxy" in page
    assert "by a person" in page


def test_what_stands_in_for_a_failed_one_is_linked_both_ways(sam, people, maria):
    first = from_us(maria, None, "Hello", status="failed", at=ago(hours=2), channel="sms", kind="nurture")
    second = from_us(maria, None, "Hello", at=ago(hours=1), fallback_of=first.pk, kind="nurture")
    assert f"Replaced by E-mail message {second.pk}" in page_of(sam, first)
    assert f"Stands in for SMS message {first.pk}" in page_of(sam, second)
    assert "Send again" in page_of(sam, first)


def test_an_answer_and_what_it_answers_are_linked(sam, people, maria):
    ours = from_us(maria, people.sam, "Shall we?", at=ago(hours=2))
    theirs = from_them(maria, "Yes", at=ago(hours=1), answers=ours.pk, matched_by="its reply address")
    assert f"Answered by E-mail message {theirs.pk}" in page_of(sam, ours)
    page = page_of(sam, theirs)
    assert f"Answers E-mail message {ours.pk}" in page
    assert "its reply address" in page
    assert "From them" in page


def test_a_mail_from_outside_fetches_nothing_until_asked(sam, people, maria):
    one = from_them(maria, "Hi", html='<img src="https://tracker.example.com/x.gif">', at=ago(hours=1))
    quiet = sam.get(f"/messages/{one.pk}/body/")
    assert "img-src data:;" in quiet["Content-Security-Policy"]
    assert "sandbox" in quiet["Content-Security-Policy"]
    assert quiet["Referrer-Policy"] == "no-referrer"
    assert "img-src data: https:" in sam.get(f"/messages/{one.pk}/body/?pictures=1")["Content-Security-Policy"]
    assert "body/?pictures=1" in page_of(sam, one, pictures="1")


def test_the_list_holds_messages_with_contacts_and_is_narrowed(sam, people, maria):
    from_us(maria, people.sam, "Hello", at=ago(hours=2), topic="service", cause_kind="followup", cause_id=7)
    from_them(maria, "Thanks", at=ago(hours=1), subject="Re: it")
    both = sam.get("/messages/").content.decode()
    assert both.count("Maria Santos</a>") == 2
    theirs = sam.get("/messages/?direction=in").content.decode()
    assert "Re: it" in theirs
    assert theirs.count("Maria Santos</a>") == 1
    assert sam.get("/messages/?topic=service").content.decode().count("Maria Santos</a>") == 1
    assert sam.get("/messages/?followup=7").content.decode().count("Maria Santos</a>") == 1
    assert "Nothing matches" in sam.get("/messages/?automation=7").content.decode()
    assert "Nothing matches" in sam.get("/messages/?topic=payments").content.decode()


def test_messages_of_any_age_and_state_are_drawn(sam, people, maria):
    for status in ("pending", "sending", "sent", "read", "bounced", "suppressed", "uncertain"):
        from_us(maria, None, "Hello", status=status, at=ago(hours=1), kind="gone_kind", data={"text": "x"})
    Message.objects.create(
        channel="sms", kind="x", contact=maria, dedupe_key="bare", send_after=ago(hours=1), created_at=ago(hours=1)
    )
    for one in Message.objects.all():
        page_of(sam, one)
    assert sam.get(f"/inbox/{maria.pk}/").status_code == 200
