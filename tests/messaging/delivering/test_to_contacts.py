"""Messages to contacts leave with their words, and their fate reaches the timeline and the thread."""

from datetime import timedelta

import pytest

from crm.models import Event, User
from messaging.addresses import read_message_id
from messaging.channels.shape import Answer, Outcome
from messaging.delivery import deliver_due
from messaging.looking_up import look_ups
from messaging.mime import mail_bytes
from messaging.models import Message, Suppression, Thread
from messaging.settling import settle
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts
from tests.messaging.delivering.conftest import NOW

pytestmark = pytest.mark.django_db


def write(contact, count=1, **fields):
    given = {"channel": "email", "subject": "Your visa", "text": "Good day, {{ contact.first_name }}."}
    return write_to_contacts(
        [ToContact(contact.pk, "message", f"k{n}", **{**given, **fields}) for n in range(count)], now=NOW
    )


def event(kind):
    return Event.objects.get(kind=kind)


def test_a_mail_leaves_with_its_words_filled_its_sender_and_its_way_back(maria, provider, settings):
    settings.REPLY_ADDRESS = "reply@in.example.com"
    channel = provider()
    write(maria)
    deliver_due(NOW)
    (letter,) = channel.letters
    message = Message.objects.get()
    assert (message.status, message.to) == ("sent", "maria@example.org")
    assert letter.text.startswith("Good day, Maria.")
    assert message.body.text.strip() == "Good day, Maria."  # kept as written, without the way out
    assert letter.reply_to == f"reply+{message.pk}.{letter.token}@in.example.com"
    assert not letter.by_hand


def test_what_was_sent_stands_in_the_timeline_and_the_thread(maria, provider):
    provider()
    write(maria)
    deliver_due(NOW)
    message = Message.objects.get()
    told = event("message_sent")
    assert (told.contact_id, told.subject_id) == (maria.pk, message.pk)
    assert told.data["channel"] == "E-mail"
    assert told.data["subject"] == "Your visa"
    thread = Thread.objects.get()
    assert (thread.snippet, thread.last_direction, thread.last_channel) == ("Good day, Maria.", "out", "email")


def test_what_a_colleague_wrote_is_theirs(maria, provider):
    ana = User.objects.create_user("ana@example.com", full_name="Ana")
    channel = provider()
    write(maria, author_id=ana.pk)
    deliver_due(NOW)
    assert (event("message_sent").user_id, event("message_sent").actor) == (ana.pk, "person")
    assert channel.letters[0].by_hand
    assert b"Auto-Submitted" not in mail_bytes(channel.letters[0], "us@crm.example.com")


def test_a_refusal_is_told_and_the_next_channel_tried(maria, provider):
    provider(Answer(Outcome.REFUSED, "Twilio said no.", code="30008"))
    write(maria, channel="", subject="", text="Short words")
    deliver_due(NOW)
    assert event("message_failed").data["why"] == "Twilio said no."
    assert Message.objects.filter(fallback_of__isnull=False).count() == 1


def test_an_opt_out_that_the_provider_tells_of_suppresses_the_number(maria, provider):
    provider(Answer(Outcome.REFUSED, "They answered STOP.", code="21610"))
    write(maria, channel="sms", subject="")
    deliver_due(NOW)
    stop = Suppression.objects.get()
    assert (stop.channel, stop.address, stop.reason) == ("sms", "+639171234567", "opt_out")


def test_an_address_that_does_not_exist_is_not_written_to_again(maria, provider):
    provider(Answer(Outcome.REFUSED, "The mail server said 550: 5.1.1 no such user", code="550"))
    write(maria)
    deliver_due(NOW)
    assert Suppression.objects.get().reason == "hard_bounce"


def test_an_answer_in_a_thread_names_what_it_answers(maria, provider):
    channel = provider()
    data = {
        "in_reply_to": "<x@example.org>",
        "references": "<a@example.org> <x@example.org>\r\nBcc: <evil@example.org>",
    }
    write(maria, data=data)
    deliver_due(NOW)
    mail = mail_bytes(channel.letters[0], "us@crm.example.com").decode()
    assert "In-Reply-To: <x@example.org>\r\n" in mail
    assert "\r\nBcc" not in mail
    assert read_message_id(mail).message_id == Message.objects.get().pk


def test_a_batch_costs_a_fixed_number_of_queries(maria, provider, django_assert_max_num_queries):
    provider()
    write(maria, 20)
    with django_assert_max_num_queries(60) as few:
        deliver_due(NOW)
    provider()
    Message.objects.update(status="pending", send_after=NOW, attempts=0, claimed_by="", handed_at=None)
    with django_assert_max_num_queries(len(few) + 10):
        deliver_due(NOW)


def test_a_mail_that_cannot_be_made_holds_up_no_other(maria, provider, monkeypatch):
    from messaging import letters

    channel, real = provider(), letters.marked
    monkeypatch.setattr(
        letters, "marked", lambda html, text, **more: 1 / 0 if "bad" in text else real(html, text, **more)
    )
    write(maria, 1, text="bad words", fallback=False)
    write_to_contacts(
        [ToContact(maria.pk, "message", "good", channel="email", subject="x", text="Good words")], now=NOW
    )
    deliver_due(NOW)
    assert [letter.text.startswith("Good words") for letter in channel.letters] == [True]
    assert Message.objects.get(dedupe_key="k0").reason == "It could not be written: division by zero."


# --- Lost answers ------------------------------------------------------------------------------------
def lose(maria, provider, **known):
    channel = provider(Answer(Outcome.UNCLEAR, "No answer."), **known)
    write(maria)
    deliver_due(NOW)
    message = Message.objects.get()
    assert (message.status, message.reason) == ("uncertain", "No answer.")
    return channel, message


def test_the_provider_is_asked_after_a_minute_ten_and_an_hour_then_a_person_has_to_see(maria, provider):
    _, message = lose(maria, provider)
    asked = []
    while message.look_up_at:
        asked.append(round((message.look_up_at - NOW).total_seconds() / 60))
        look_ups(message.look_up_at)
        message.refresh_from_db()
    assert asked == [1, 10, 60]
    assert message.status == "uncertain"
    assert look_ups(NOW + timedelta(days=9)) == 0


def test_one_that_arrived_counts_as_sent_from_when_it_was_handed_over(maria, provider):
    _, message = lose(maria, provider, known=Answer(Outcome.TAKEN, "Found.", "their-name"))
    look_ups(NOW + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.status, message.provider_id, message.sent_at) == ("sent", "their-name", message.handed_at)
    assert event("message_sent").contact_id == maria.pk
    assert Thread.objects.get().snippet == "Good day, Maria."


def test_one_that_never_arrived_is_sent_again_once(maria, provider):
    channel, message = lose(maria, provider, known=Answer(Outcome.LATER))
    look_ups(NOW + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.status, message.look_up_at) == ("pending", None)
    deliver_due(NOW + timedelta(minutes=3))
    message.refresh_from_db()
    assert (message.status, len(channel.letters)) == ("sent", 2)


def test_one_that_came_back_at_the_provider_failed(maria, provider):
    lose(maria, provider, known=Answer(Outcome.REFUSED, "The phone number is not in use."))
    look_ups(NOW + timedelta(minutes=2))
    assert Message.objects.get(fallback_of=None).status == "failed"
    assert event("message_failed").data["why"] == "The phone number is not in use."


def test_a_look_up_that_breaks_leaves_the_doubt(maria, provider):
    channel, message = lose(maria, provider)
    channel.look_up = lambda lost: 1 / 0
    look_ups(NOW + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.status, message.look_up_at > NOW + timedelta(minutes=9)) == ("uncertain", True)


def test_what_the_provider_told_meanwhile_is_not_asked_any_more(maria, provider):
    channel, message = lose(maria, provider)
    channel.look_up = lambda lost: pytest.fail("asked")
    Message.objects.update(status="delivered")
    look_ups(NOW + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.status, message.look_up_at) == ("delivered", None)


def test_a_person_who_knows_that_it_arrived_ends_the_doubt(maria, provider):
    ana = User.objects.create_user("ana@example.com", full_name="Ana")
    _, message = lose(maria, provider)
    assert settle([message.pk], arrived=True, by=ana, now=NOW) == [message.pk]
    message.refresh_from_db()
    assert (message.status, message.reason) == ("sent", "Ana said that it arrived.")
    assert settle([message.pk], arrived=False, by=ana, now=NOW) == []


def test_a_person_may_have_it_sent_again(maria, provider):
    ana = User.objects.create_user("ana@example.com", full_name="Ana")
    channel, message = lose(maria, provider)
    settle([message.pk], arrived=False, by=ana, now=NOW + timedelta(minutes=5))
    deliver_due(NOW + timedelta(minutes=5))
    message.refresh_from_db()
    assert (message.status, len(channel.letters)) == ("sent", 2)


def test_a_callback_that_was_quicker_than_the_answer_is_not_undone(maria, provider):
    channel = provider()
    real = channel.deliver

    def with_callback(letters):
        Message.objects.update(status="delivered", delivered_at=NOW)
        return real(letters)

    channel.deliver = with_callback
    write(maria)
    deliver_due(NOW)
    message = Message.objects.get()
    assert (message.status, message.provider_id, message.sent_at is not None) == ("delivered", f"id-{message.pk}", True)
    assert event("message_sent")


def test_who_wrote_while_a_message_by_hand_was_held_waits_for_an_answer_still(maria, provider):
    ana = User.objects.create_user("ana@example.com", full_name="Ana")
    provider()
    write(maria, author_id=ana.pk)
    wrote = NOW + timedelta(minutes=5)
    note_lines([Line(maria.pk, "email", "in", wrote, "One more question", person=True)])
    deliver_due(NOW + timedelta(minutes=10))
    assert Message.objects.get().status == "sent"
    assert Thread.objects.get().waiting_since == wrote
