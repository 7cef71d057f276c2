"""What comes in is stored once, placed with its contact and message, and obeyed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crm.models import Consent, Event
from messaging.addresses import reply_address, token_of
from messaging.incoming import Incoming, incoming_mail
from messaging.mail_reading import Bounce, read_mail
from messaging.models import ContactPreference, Message, MessageBody, SoftBounce, Suppression, Thread
from messaging.receiving import receive
from tests.factories import NOW, contact
from tests.messaging.incoming.messages import sent

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def reply_to(settings: Any) -> None:
    settings.REPLY_ADDRESS = "reply@in.example.com"
    settings.TWILIO_SMS_FROM = "+4930111111"


def mail(key: str = "m1", **fields: Any) -> Incoming:
    fields.setdefault("sender", "ana@example.org")
    fields.setdefault("subject", "Re: Your offer")
    fields.setdefault("text", "Yes, gladly.")
    fields.setdefault("new_text", fields["text"])
    return Incoming("email", "imap", key, at=fields.pop("at", LATER), **fields)


def sms(text: str, key: str = "SM1", **fields: Any) -> Incoming:
    fields.setdefault("sender", "+4917012345678")
    fields.setdefault("to", ("+4930111111",))
    return Incoming("sms", "twilio", key, at=LATER, text=text, new_text=text, **fields)


def take(*incoming: Incoming) -> list[Message]:
    return list(Message.objects.filter(pk__in=receive(incoming, now=LATER)).order_by("pk"))


def own_id(message: Message) -> str:
    return f"{message.pk}.{token_of(message.pk, message.created_at)}@example.com"


# --- Placing


def test_an_answer_is_placed_by_the_message_id_that_it_names() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    [got] = take(mail(sender="ana.private@example.net", in_reply_to=(own_id(message),)))
    assert (got.contact_id, got.answers) == (ana.pk, message.pk)
    assert got.matched_by == "It answers our message (In-Reply-To)"


def test_the_references_count_where_in_reply_to_names_nothing_of_ours() -> None:
    first, second = sent(contact()), sent(contact())
    [got] = take(mail(in_reply_to=("x@y",), references=(own_id(first), own_id(second), "x@y")))
    assert got.answers == second.pk, "the last one named"
    assert got.matched_by == "It answers our message (References)"


def test_the_answer_address_counts_where_headers_are_lost() -> None:
    message = sent(contact())
    to = reply_address(message.pk, token_of(message.pk, message.created_at))
    [got] = take(mail(sender="x@example.net", to=("info@example.com", to)))
    assert (got.answers, got.matched_by) == (message.pk, "It came to the answer address of our message")


def test_the_providers_own_name_counts_where_it_replaced_ours() -> None:
    message = sent(contact(), provider_id="0102-abc")
    [got] = take(mail(in_reply_to=("0102-abc@eu-central-1.amazonses.com",)))
    assert got.answers == message.pk


def test_a_guessed_number_names_nothing() -> None:
    message = sent(contact())
    [got] = take(mail(sender="stranger@example.net", in_reply_to=(f"{message.pk}.0123456789ab@example.com",)))
    assert (got.contact_id, got.answers, got.matched_by) == (None, None, "")


def test_the_sender_and_what_was_written_lately_count_last() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    [got] = take(mail())
    assert (got.contact_id, got.answers) == (ana.pk, message.pk)
    assert got.matched_by == "The sender’s address, and what was last written there"


def test_what_was_written_long_ago_is_not_what_is_answered() -> None:
    ana = contact(email="ana@example.org")
    sent(ana, created_at=NOW - timedelta(days=90))
    [got] = take(mail())
    assert (got.contact_id, got.answers, got.matched_by) == (ana.pk, None, "The sender’s address")


def test_of_several_with_the_address_it_is_the_one_written_to_last() -> None:
    one = contact("Ana", email="ana@example.org")
    two = contact("Ben", email="ana@example.org", shares_address=True)
    contact("Cleo", email="ana@example.org", shares_address=True)
    sent(two)
    message = sent(one)
    [got] = take(mail())
    assert (got.contact_id, got.answers) == (one.pk, message.pk)
    assert got.matched_by == "The sender’s address; of 3 contacts who have it, the one written to last"


def test_a_further_address_of_a_contact_is_known() -> None:
    ana = contact(email="ana@example.org", other_emails=["ana@work.example.org"])
    [got] = take(mail(sender="ana@work.example.org"))
    assert got.contact_id == ana.pk


def test_a_stranger_is_kept_without_a_contact() -> None:
    [got] = take(mail(sender="new@example.net"))
    assert (got.contact_id, got.sender, got.status) == (None, "new@example.net", "delivered")
    assert not Event.objects.exists()


def test_a_deleted_contact_is_a_stranger() -> None:
    message = sent(contact(email="ana@example.org", deleted_at=NOW))
    [got] = take(mail(in_reply_to=(own_id(message),)))
    assert (got.contact_id, got.answers) == (None, message.pk)


def test_an_sms_is_placed_by_number_and_the_number_it_was_written_to() -> None:
    ana = contact(phone="+4917012345678")
    right = sent(ana, channel="sms", sender="+4930111111")
    sent(ana, channel="sms", sender="+4930222222")
    [got] = take(sms("On my way"))
    assert (got.contact_id, got.answers) == (ana.pk, right.pk)


# --- Once, and told


def test_the_same_mail_is_taken_once_by_whichever_way_it_comes() -> None:
    contact(email="ana@example.org")
    assert len(take(mail(), mail())) == 1
    assert take(mail()) == []
    assert Event.objects.filter(kind="message_received").count() == 1


def test_a_persons_words_move_the_last_contact_and_the_thread_waits() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    [got] = take(mail(in_reply_to=(own_id(message),), sender_name="Ana"))
    event = Event.objects.get(kind="message_received")
    assert event.two_way
    assert event.actor == "contact"
    assert event.data["answers"] == message.pk
    assert event.data["snippet"] == "Yes, gladly."
    assert (event.subject_kind, event.subject_id) == ("message", got.pk)
    ana.refresh_from_db()
    assert ana.last_two_way_at == LATER
    thread = Thread.objects.get(pk=ana.pk)
    assert (thread.waiting_since, thread.last_reply_at, thread.snippet) == (LATER, LATER, "Yes, gladly.")
    body = MessageBody.objects.get(pk=got.pk)
    assert (body.text, body.new_text) == ("Yes, gladly.", "Yes, gladly.")
    assert got.data["sender_name"] == "Ana"


@pytest.mark.parametrize(("kind", "event"), [("auto_ack", "automatic_received"), ("out_of_office", "out_of_office")])
def test_a_robot_moves_nothing_and_awaits_nothing(kind: str, event: str) -> None:
    ana = contact(email="ana@example.org")
    take(mail(kind=kind, rule="Auto-Submitted header"))
    told = Event.objects.exclude(kind__startswith="consent").get()
    assert (told.kind, told.two_way, told.data["rule"]) == (event, False, "Auto-Submitted header")
    ana.refresh_from_db()
    assert ana.last_two_way_at is None
    assert Thread.objects.get(pk=ana.pk).waiting_since is None


def test_what_came_while_something_was_written_counts_as_heard_after_it() -> None:
    ana = contact(email="ana@example.org")
    take(mail(at=LATER - timedelta(minutes=5)))
    assert Thread.objects.get(pk=ana.pk).last_reply_at == LATER


def test_old_mail_that_is_read_late_keeps_its_time() -> None:
    ana = contact(email="ana@example.org")
    [got] = take(mail(at=NOW - timedelta(days=2)))
    assert got.created_at == NOW - timedelta(days=2)
    assert Thread.objects.get(pk=ana.pk).last_reply_at == NOW - timedelta(days=2)


# --- Obeyed


def test_somebody_away_is_left_in_peace_until_they_are_back() -> None:
    ana = contact(email="ana@example.org")
    [got] = take(mail(kind="out_of_office", returns_on=date(2026, 3, 16)))
    preference = ContactPreference.objects.get(pk=ana.pk)
    assert (preference.away_until, preference.away_message_id) == (date(2026, 3, 16), got.pk)
    assert Event.objects.get(kind="out_of_office").data["until_words"] == " until 16 March 2026"
    take(mail("m2", kind="out_of_office", returns_on=date(2026, 3, 20), at=LATER + timedelta(minutes=1)))
    assert ContactPreference.objects.get(pk=ana.pk).away_until == date(2026, 3, 20)


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2031, 1, 1), None])
def test_a_return_that_is_past_or_far_off_says_nothing(day: date | None) -> None:
    contact(email="ana@example.org")
    take(mail(kind="out_of_office", returns_on=day))
    assert not ContactPreference.objects.exists()


def test_asking_by_mail_ends_marketing_by_mail_at_once() -> None:
    ana = contact(email="ana@example.org")
    waiting = sent(ana, status="pending", topic="marketing", sent_at=None, provider_id="")
    service = sent(ana, status="pending", topic="service", sent_at=None, provider_id="")
    take(mail(kind="unsubscribe", rule="Asks to stop", text="Please take me off your list"))
    consent = Consent.objects.get(contact=ana)
    assert (consent.channel, consent.topic, consent.state) == ("email", "marketing", "withdrawn")
    assert "take me off" in consent.proof
    waiting.refresh_from_db()
    service.refresh_from_db()
    assert (waiting.status, service.status) == ("suppressed", "pending")
    assert Event.objects.get(kind="unsubscribed").data["channel"] == "E-mail (Marketing)"


def stop(text: str = "STOP", **fields: Any) -> Incoming:
    return sms(text, kind="unsubscribe", keyword="stop", **fields)


def test_stop_holds_for_the_number_it_was_said_to_and_at_once() -> None:
    ana = contact(phone="+4917012345678")
    take(stop())
    found = Suppression.objects.get()
    assert (found.channel, found.address, found.scope, found.reason) == (
        "sms", "+4917012345678", "+4930111111", "opt_out",
    )  # fmt: skip
    consent = Consent.objects.get(contact=ana)
    assert (consent.channel, consent.topic) == ("sms", "all")
    assert Event.objects.get(kind="unsubscribed").data["channel"] == "SMS from +4930111111"


def test_stop_to_another_number_of_ours_leaves_the_channel_open() -> None:
    contact(phone="+4917012345678")
    take(stop(to=("+4930999999",)))
    assert Suppression.objects.get().scope == "+4930999999"
    assert not Consent.objects.exists()


def test_a_strangers_stop_is_kept_too() -> None:
    take(stop(sender="+491709999999"))
    assert Suppression.objects.get().address == "+491709999999"


def test_start_lifts_what_stop_did_and_nothing_else() -> None:
    ana = contact(phone="+4917012345678")
    take(stop())
    Suppression.objects.create(
        channel="sms", address="+4917012345678", scope="+4930222222", reason="complaint", created_at=NOW
    )
    take(sms("START", "SM2", keyword="start"))
    assert list(Suppression.objects.filter(lifted_at=None).values_list("reason", flat=True)) == ["complaint"]
    assert not Consent.objects.filter(contact=ana).exists(), "as if never asked: no yes to marketing"


def test_yes_is_an_answer_when_nothing_was_stopped() -> None:
    ana = contact(phone="+4917012345678")
    take(sms("YES", keyword="start"))
    assert not Consent.objects.exists()
    assert Thread.objects.get(pk=ana.pk).waiting_since is not None


def test_cancel_stops_and_somebody_looks() -> None:
    ana = contact(phone="+4917012345678")
    take(sms("Cancel", kind="unsubscribe", keyword="stop", doubtful=True))
    assert Suppression.objects.exists()
    assert Thread.objects.get(pk=ana.pk).waiting_since is not None


def bounced(message: Message, blame: str = "hard", **fields: Any) -> Incoming:
    found = Bounce(blame, "userunknown", "5.1.1", "550", message.to, own_id(message))
    return mail(
        "b1", sender="mailer-daemon@mx.example", kind="bounce", about=(own_id(message),),
        about_recipient=message.to, bounces=(found,), **fields,
    )  # fmt: skip


def test_a_bounce_in_the_mailbox_does_what_the_provider_s_news_do() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    [got] = take(bounced(message))
    message.refresh_from_db()
    assert message.status == "bounced"
    assert got.contact_id == ana.pk
    assert got.answers == message.pk
    assert Suppression.objects.get().reason == "hard_bounce"
    assert Event.objects.get(kind="message_bounced").data["why"] == "there is no such mailbox (5.1.1)"
    ana.refresh_from_db()
    assert ana.last_two_way_at is None


def test_a_delay_is_no_bounce_and_what_is_given_up_after_it_is() -> None:
    message = sent(contact(email="ana@example.org"))
    report = (
        "From: MAILER-DAEMON@mx.example\r\nSubject: Warning: delayed\r\nMessage-ID: <{0}@mx>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\r\nNot yet.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ana@example.org\r\nAction: {0}\r\nStatus: 4.4.1\r\n\r\n"
        "--B\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: <{1}>\r\n\r\n--B--\r\n"
    )
    statuses = []
    for action in ("delayed", "failed"):
        raw = report.format(action, own_id(message)).encode()
        receive([incoming_mail(read_mail(raw), raw, provider="imap", at=LATER)], now=LATER)
        message.refresh_from_db()
        statuses.append((message.status, SoftBounce.objects.count()))
    assert statuses == [("sent", 0), ("bounced", 1)]


def test_a_bounce_without_our_mark_is_placed_by_whom_it_is_about() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    found = Bounce("soft", "mailboxfull", "4.2.2", "452", "ana@example.org", "")
    take(mail("b1", sender="postmaster@mx", kind="bounce", about_recipient="ana@example.org", bounces=(found,)))
    message.refresh_from_db()
    assert message.status == "bounced"


def test_a_bounce_of_what_nobody_wrote_is_no_reason_to_stop_anybody() -> None:
    contact(email="ana@example.org")
    found = Bounce("hard", "userunknown", "5.1.1", "550", "ana@example.org", "")
    take(mail("b1", sender="evil@example.net", kind="bounce", about_recipient="ana@example.org", bounces=(found,)))
    assert not Suppression.objects.exists()


def test_a_report_without_our_mark_stops_nobody_at_once() -> None:
    ana = contact(email="ana@example.org")
    sent(ana)
    found = Bounce("hard", "userunknown", "5.1.1", "550", ana.email, "")
    take(mail("b1", sender="evil@example.net", kind="bounce", about_recipient=ana.email, bounces=(found,)))
    take(mail("c1", sender="evil@example.net", kind="complaint", about_recipient=ana.email))
    assert not Suppression.objects.exists()
    assert SoftBounce.objects.count() == 1


@pytest.mark.parametrize("kind", ["auth-failure", "not-spam"])
def test_a_report_that_is_no_complaint_stops_nobody(kind: str) -> None:
    message = sent(contact(email="ana@example.org"))
    take(mail("c1", kind="complaint", rule=f"Feedback-Type: {kind}", about=(own_id(message),)))
    assert not Suppression.objects.exists()


def test_what_a_colleague_writes_into_the_talk_is_no_answer_of_the_contact() -> None:
    from tests.people import everybody

    sam, ana = everybody().sam, contact(email="ana@example.org")
    message = sent(ana)
    [got] = take(mail(sender=sam.email, references=(own_id(message),)))
    assert (got.contact_id, got.data["classified"]) == (ana.pk, "colleague")
    assert Thread.objects.get(pk=ana.pk).last_reply_at is None
    ana.refresh_from_db()
    assert ana.last_two_way_at is None


def test_a_complaint_by_mail_stops_the_address() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana)
    take(mail("c1", sender="fbl@isp.example", kind="complaint", about=(own_id(message),), about_recipient=ana.email))
    assert Suppression.objects.get().reason == "complaint"
    assert Consent.objects.get(contact=ana).topic == "marketing"
