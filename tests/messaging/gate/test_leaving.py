"""From writing to the provider and back: real delivery over the providers that keep everything here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm.consent import withdraw
from crm.models import Contact
from messaging.delivery import deliver_due
from messaging.models import ContactPolicy, Decision, Message, MessageBody
from messaging.threads import Line, note_lines
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    settings.KEEP_DIR = str(tmp_path)
    settings.EMAIL_PROVIDER = settings.SMS_PROVIDER = settings.WHATSAPP_PROVIDER = "keep"
    return tmp_path


@pytest.fixture
def ana():
    return contact("Ana", phone="+639171234567", time_zone="UTC", email="ana@example.org")


def write(who, *keys, now=NOW, **fields):
    fields.setdefault("text", "Hello {{ contact.first_name|there }}")
    write_to_contacts([ToContact(who.pk, "nudge", key, **fields) for key in keys], now=now)
    return [Message.objects.get(dedupe_key=key) for key in keys]


def test_a_message_leaves_with_its_words_and_its_line_in_the_ledger(ana, kept):
    [message] = write(ana, "a", channel="sms")
    deliver_due(NOW)
    message.refresh_from_db()
    assert message.status in ("sent", "delivered"), message.reason
    assert message.to == "+639171234567"
    assert MessageBody.objects.get(message=message).text == "Hello Ana"
    assert Decision.objects.get(message=message).verdict == "send"
    assert any(kept.rglob("*"))


def test_three_in_a_day_and_the_fourth_a_day_after_the_first(ana):
    ContactPolicy.objects.update(gap_minutes=None)
    messages = write(ana, "a", "b", "c", "d")
    deliver_due(NOW)
    assert Message.objects.filter(sent_at__isnull=False).count() == 3
    last = Message.objects.get(pk=messages[-1].pk)
    assert last.status == "scheduled"
    assert timedelta() <= last.send_after - (NOW + 24 * HOUR) < timedelta(minutes=1)
    deliver_due(last.send_after)
    last.refresh_from_db()
    assert last.status in ("sent", "delivered"), last.reason


def test_messages_to_one_contact_keep_their_distance(ana):
    write(ana, "a", "b", "c")
    left = []
    for hours in range(4):
        deliver_due(NOW + hours * HOUR + timedelta(minutes=hours))
        left.append(Message.objects.filter(sent_at__isnull=False).count())
    assert left == [1, 2, 3, 3]


def test_consent_withdrawn_after_the_writing_keeps_it_from_leaving(ana):
    [message] = write(ana, "a", channel="email")
    withdraw(Contact.objects.filter(pk=ana.pk), channel="email", source="a call", by=None, now=NOW)
    deliver_due(NOW)
    message.refresh_from_db()
    assert (message.status, message.reason) == ("suppressed", "Ana opted out of e-mail on 2 March 2026 (a call).")
    assert not Message.objects.filter(fallback_of=message.pk).exists()


def test_an_answer_before_it_leaves_stops_it_but_not_what_a_person_wrote(ana, people):
    [nudge] = write(ana, "a", channel="email")
    [by_hand] = write(ana, "b", channel="email", author_id=people.sam.pk)
    note_lines([Line(ana.pk, "sms", "in", NOW + HOUR, "Yes", person=True)])
    deliver_due(NOW + 2 * HOUR)
    nudge.refresh_from_db()
    by_hand.refresh_from_db()
    assert (nudge.status, nudge.reason) == ("suppressed", "Ana answered at 11:00, after this was written.")
    assert by_hand.status in ("sent", "delivered"), by_hand.reason


def test_a_deleted_contact_is_not_written_to(ana):
    [message] = write(ana, "a")
    Contact.objects.filter(pk=ana.pk).update(deleted_at=NOW)
    deliver_due(NOW)
    message.refresh_from_db()
    assert message.reason == "The contact has been deleted."


def test_free_text_on_whatsapp_whose_window_shut_meanwhile_goes_by_the_next_way(ana):
    note_lines([Line(ana.pk, "whatsapp", "in", NOW - 23 * HOUR, "Hi", person=True)])
    [message] = write(ana, "a", channel="whatsapp")
    assert message.status == "pending"
    deliver_due(NOW + 2 * HOUR)
    message.refresh_from_db()
    assert message.status == "suppressed"
    assert Message.objects.get(fallback_of=message.pk).channel == "email"


def test_without_a_provider_for_the_channel_another_is_taken(ana, settings):
    settings.SMS_PROVIDER = "none"
    [message] = write(ana, "a", channel="sms")
    assert message.channel == "email"
    assert message.data["choice"] == (
        "By e-mail, not by SMS. Nothing is sent by SMS from here: no provider for it is set up."
    )
