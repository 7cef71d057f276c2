"""Writing from the inbox: it rests ten seconds, is written once, and says in place why it cannot."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.consent import set_consent
from crm.models import UndoStep
from messaging.delivery import deliver_due
from messaging.models import ContactPolicy, Message, MessageEvent, MessageTemplate, TemplateVariant, Thread
from tests.factories import contact
from tests.messaging.inbox.talks import from_them, from_us


@pytest.fixture
def maria(people):
    ContactPolicy.objects.update(quiet_from=None, quiet_to=None, weekends=True)
    return contact("Maria", last_name="Santos", owner=people.sam, phone="+639175554410", time_zone="Asia/Manila")


@pytest.fixture
def sam(people):
    client = Client()
    client.force_login(people.sam)
    return client


def words(**changes):
    return {"channel": "email", "topic": "service", "subject": "Your visa", "text": "Dear Maria", "once": "1"} | changes


def write(client, who, status=302, **changes):
    answer = client.post(f"/inbox/{who.pk}/write/", words(**changes))
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_message_rests_ten_seconds_before_it_leaves(sam, people, maria):
    before = timezone.now()
    write(sam, maria)
    one = Message.objects.get()
    assert (one.status, one.channel, one.kind, one.author, one.contact) == (
        "pending",
        "email",
        "message",
        people.sam,
        maria,
    )
    assert timedelta(seconds=10) <= one.send_after - before < timedelta(seconds=15)
    assert one.body.text == "Dear Maria"
    assert one.subject == "Your visa"
    assert "leaves in 10 seconds" in sam.get(f"/inbox/{maria.pk}/").content.decode()


def test_the_latest_subject_is_offered_whoever_wrote_it_and_a_robots_is_not(sam, people, maria):
    ago = timezone.now() - timedelta(hours=1)
    from_them(maria, "Which papers?", at=ago, subject="Papers", kind="person")
    from_us(maria, people.sam, "Come along", at=ago, subject="Our autumn fair")
    from_them(maria, "I am away", at=ago, subject="Automatic reply", kind="out_of_office")
    assert 'value="Re: Our autumn fair"' in sam.get(f"/inbox/{maria.pk}/").content.decode()


def test_undo_takes_it_back_and_offers_the_words_again(sam, people, maria):
    write(sam, maria, text="Dear Maria, about Monday")
    sam.post(f"/undo/{UndoStep.objects.get(user=people.sam).pk}/")
    one = Message.objects.get()
    assert (one.status, one.reason) == ("suppressed", "Taken back by Sam before it left.")
    page = sam.get(f"/inbox/{maria.pk}/").content.decode()
    assert ">\nDear Maria, about Monday</textarea>" in page
    assert page.count("Dear Maria, about Monday") == 1  # in the composer, not in the talk


def test_what_has_left_is_not_taken_back(sam, people, maria):
    write(sam, maria)
    Message.objects.update(status="sent")
    answer = sam.post(f"/undo/{UndoStep.objects.get(user=people.sam).pk}/", follow=True)
    assert "It has left already" in answer.content.decode()
    assert Message.objects.get().status == "sent"


def test_a_double_click_writes_once(sam, maria):
    write(sam, maria)
    write(sam, maria)
    assert Message.objects.count() == 1


def test_the_same_words_of_another_form_are_another_message(sam, maria):
    write(sam, maria)
    write(sam, maria, once="2")
    assert Message.objects.count() == 2


def test_nothing_written_is_refused_in_place(sam, maria):
    assert "Write something first." in write(sam, maria, 422, text="  ")
    assert not Message.objects.exists()


def test_a_way_that_is_shut_says_why_and_keeps_the_words(sam, people, maria):
    set_consent([maria.pk], "sms", "all", "withdrawn", "Phone", people.sam, timezone.now(), "")
    page = write(sam, maria, 422, channel="sms", text="Short word")
    assert "Maria opted out of SMS" in page
    assert ">\nShort word</textarea>" in page
    assert not Message.objects.exists()


def test_free_text_on_whatsapp_needs_a_message_of_theirs(sam, maria):
    write(sam, maria, 422, channel="whatsapp")
    from_them(maria, "Hi", at=timezone.now() - timedelta(hours=2), channel="whatsapp")
    page = sam.get(f"/inbox/{maria.pk}/").content.decode()
    assert "free text for 21 h" in page
    write(sam, maria, channel="whatsapp", once="2")


def test_quiet_hours_are_said_before_and_after(sam, people, maria):
    ContactPolicy.objects.update(quiet_from=time(0), quiet_to=time(23, 59))
    page = sam.get(f"/inbox/{maria.pk}/").content.decode()
    assert "quiet hours" in page
    write(sam, maria)
    one = Message.objects.get()
    assert one.status == "scheduled"
    assert "quiet hours" in one.reason


def test_it_can_leave_later_by_ones_own_clock(sam, people, maria):
    people.sam.time_zone = "Europe/Berlin"
    people.sam.save(update_fields=["time_zone"])
    day = (timezone.now() + timedelta(days=2)).date()
    write(sam, maria, send_at=f"{day}T10:00")
    left = Message.objects.get().send_after
    assert left.astimezone(timezone.get_fixed_timezone(0)).hour in (8, 9)
    assert left.date() == day


@pytest.mark.parametrize("odd", ["yesterday", "2026-99-99T10:00", "\0", "9999-12-31T23:59", "2226-01-01T10:00"])
def test_an_odd_time_is_refused_in_place(sam, maria, odd):
    write(sam, maria, 422, send_at=odd)


def test_fields_are_filled_and_empty_ones_are_named(sam, maria):
    assert "contact.city }} is empty" in write(
        sam, maria, 422, text="Hi {{ contact.first_name }} in {{ contact.city }}"
    )
    write(sam, maria, text="Hi {{ contact.first_name }} in {{ contact.city|town }}")
    assert Message.objects.get().body.text == "Hi Maria in town"


def template(channel="sms", text="Hello {{ contact.first_name|there }}, {{ contact.city }}", **fields):
    one = MessageTemplate.objects.create(
        name="Greeting", channel=channel, created_at=timezone.now(), updated_at=timezone.now()
    )
    TemplateVariant.objects.create(template=one, language="en", text=text, **fields)
    return one


def test_a_template_fills_the_composer_and_names_what_is_missing(sam, maria):
    one = template()
    page = write(sam, maria, 200, do="fill", template=one.pk, text="")
    assert "Hello Maria, {{ contact.city }}</textarea>" in page
    assert "Empty for Maria Santos: contact.city" in page
    assert not Message.objects.exists()


def test_a_designed_mail_leaves_as_its_template_is(sam, maria):
    one = template(
        "email", "Hello {{ contact.first_name }}", html="<p>Hello {{ contact.first_name }}</p>", subject="Hi"
    )
    page = write(sam, maria, 200, do="fill", template=one.pk)
    assert "It leaves as the template “Greeting” is" in page
    write(sam, maria, whole=one.pk, text="", channel="sms")
    message = Message.objects.get()
    assert (message.template_id, message.subject, message.channel) == (one.pk, "Hi", "email")


def test_a_template_that_is_gone_is_no_error(sam, maria):
    write(sam, maria, 422, do="fill", template="999999", text="")
    assert "That template is gone" in write(sam, maria, 422, whole="999999")


def test_only_who_may_insist_is_heard(sam, people, maria):
    set_consent([maria.pk], "email", "all", "withdrawn", "Phone", people.sam, timezone.now(), "")
    write(sam, maria, 422, insist="Their flight leaves tonight")
    mara = Client()
    mara.force_login(people.mara)
    write(mara, maria, insist="Their flight leaves tonight")
    assert Message.objects.get().data["insist"] == "Their flight leaves tonight"


def test_a_message_for_a_follow_up_offers_to_complete_it(sam, maria):
    assert 'name="followup" value="77"' in sam.get(f"/inbox/{maria.pk}/?followup=77").content.decode()
    answer = sam.post(f"/inbox/{maria.pk}/write/", words(followup="77"), follow=True)
    assert "/followups/77/complete/" in answer.content.decode()
    one = Message.objects.get()
    assert (one.cause_kind, one.cause_id) == ("followup", 77)


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("otto", 404), ("noor", 404), ("mara", 302), ("ada", 302)])
def test_who_may_not_write_or_see_writes_nothing(people, maria, who, status):
    client = Client()
    client.force_login(getattr(people, who))
    write(client, maria, status)
    assert Message.objects.count() == (1 if status == 302 else 0)


def test_a_message_is_taken_back_from_the_talk(sam, people, maria):
    write(sam, maria)
    one = Message.objects.get()
    sam.post(f"/messages/{one.pk}/cancel/")
    one.refresh_from_db()
    assert one.status == "suppressed"
    assert MessageEvent.objects.get(message=one, kind="cancelled").actor == "person"


def test_a_failed_message_is_sent_again_once_as_a_new_one(sam, people, maria):
    one = from_us(maria, people.sam, "Hello", status="failed", topic="service", at=timezone.now())
    sam.post(f"/messages/{one.pk}/retry/")
    sam.post(f"/messages/{one.pk}/retry/")
    [new] = Message.objects.exclude(pk=one.pk)
    assert (new.body.text, new.status) == ("Hello", "pending")


def test_a_delivered_message_is_not_sent_again(sam, people, maria):
    one = from_us(maria, people.sam, "Hello", at=timezone.now())
    answer = sam.post(f"/messages/{one.pk}/retry/", follow=True)
    assert "can be sent again" in answer.content.decode()
    assert Message.objects.count() == 1


def test_an_uncertain_message_is_settled_by_who_knows(sam, people, maria):
    one = from_us(maria, people.sam, "Hello", status="uncertain", at=timezone.now())
    sam.post(f"/messages/{one.pk}/settle/", {"arrived": "yes"})
    one.refresh_from_db()
    assert one.status == "sent"


def test_others_messages_are_not_touched(people, maria):
    one = from_us(maria, people.sam, "Hello", status="uncertain", at=timezone.now())
    otto = Client()
    otto.force_login(people.otto)
    for verb in ("cancel", "retry", "settle"):
        assert otto.post(f"/messages/{one.pk}/{verb}/").status_code == 404


def test_it_leaves_after_its_rest_and_the_talk_waits_no_more(sam, people, maria, settings, tmp_path):
    settings.KEEP_DIR = str(tmp_path)
    now = timezone.now()
    from_them(maria, "Which papers?", at=now - timedelta(hours=3))
    write(sam, maria)
    one = Message.objects.get(direction="out")
    deliver_due(now + timedelta(seconds=5))
    one.refresh_from_db()
    assert one.status == "pending"
    deliver_due(now + timedelta(seconds=15))
    one.refresh_from_db()
    assert one.status == "sent"
    assert Thread.objects.get().waiting_since is None
    page = sam.get(f"/inbox/{maria.pk}/").content.decode()
    assert "Dear Maria" in page
    assert "Take back" not in page


def test_one_that_a_worker_holds_is_not_taken_back(sam, people, maria):
    one = from_us(maria, people.sam, "Hello", status="sending", at=timezone.now())
    answer = sam.post(f"/messages/{one.pk}/cancel/", follow=True)
    assert "It has left already" in answer.content.decode()
    one.refresh_from_db()
    assert one.status == "sending"
