"""SMS and WhatsApp messages from Twilio's call to the thread; and an answer always comes before a send."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event
from messaging import arrivals
from messaging.arrivals import NewArrival
from messaging.delivery import deliver_due
from messaging.hooks.incoming_readers import twilio_message
from messaging.hooks.kinds import TWILIO_INBOUND
from messaging.models import Arrival, Message, Suppression, Thread
from messaging.writing import ToContact, write_to_contacts
from tests.factories import NOW, contact
from tests.messaging.incoming import calls

pytestmark = pytest.mark.django_db

PHONE = "+4917012345678"


@pytest.fixture(autouse=True)
def number(settings: Any) -> None:
    settings.TWILIO_SMS_FROM = settings.TWILIO_WHATSAPP_FROM = "+4930111111"


def fields(text: str = "Hello", sender: str = PHONE, **more: str) -> dict[str, str]:
    to = "whatsapp:+4930111111" if sender.startswith("whatsapp:") else "+4930111111"
    return {"MessageSid": "SM1", "From": sender, "To": to, "Body": text, "NumMedia": "0"} | more


def come(**told: str) -> Message:
    assert calls.twilio("/hooks/twilio/inbound/", told).status_code == 200
    arrivals.read_due(datetime.now(UTC))
    return Message.objects.filter(direction="in").latest("pk")


def test_an_sms_reaches_its_contact() -> None:
    ana = contact(phone=PHONE)
    got = come(**fields("On my way"))
    assert (got.channel, got.contact_id, got.sender, got.body.text) == ("sms", ana.pk, PHONE, "On my way")
    assert Event.objects.get(kind="message_received").data["channel"] == "SMS"


def test_a_whatsapp_message_opens_the_window_of_a_day() -> None:
    ana = contact(phone=PHONE)
    got = come(**fields("Hola", f"whatsapp:{PHONE}", ProfileName="Ana L."))
    assert (got.channel, got.sender, got.data["sender_name"]) == ("whatsapp", PHONE, "Ana L.")
    assert Thread.objects.get(pk=ana.pk).whatsapp_in_at is not None


def test_pictures_and_places_are_kept_as_what_they_are() -> None:
    contact(phone=PHONE)
    media = {"NumMedia": "2", "MediaUrl0": "https://api.twilio.com/m0", "MediaContentType0": "image/jpeg"}
    got = come(**fields("", f"whatsapp:{PHONE}", **media, MediaUrl1="javascript:alert(1)"))
    assert got.data["media"] == [{"url": "https://api.twilio.com/m0", "content_type": "image/jpeg"}]
    place = {"MessageSid": "SM2", "Latitude": "48.1", "Longitude": "11.5", "Label": "Town hall"}
    assert come(**fields("", f"whatsapp:{PHONE}", **place)).body.text == "Town hall (48.1, 11.5)"


def test_a_quoted_whatsapp_message_is_the_one_that_is_answered() -> None:
    from tests.messaging.incoming.messages import sent

    ana = contact(phone=PHONE)
    quoted = sent(ana, channel="whatsapp", provider_id="SM-quoted")
    sent(ana, channel="whatsapp", provider_id="SM-later")
    got = come(**fields("This one", f"whatsapp:{PHONE}", OriginalRepliedMessageSid="SM-quoted"))
    assert got.answers == quoted.pk


def test_stop_stops_and_start_starts() -> None:
    contact(phone=PHONE)
    assert come(**fields("Stop.")).data["classified"] == "unsubscribe"
    assert Suppression.objects.filter(lifted_at=None).count() == 1
    come(**fields("START", MessageSid="SM2"))
    assert Suppression.objects.filter(lifted_at=None).count() == 0


@pytest.mark.parametrize("told", [{}, {"From": "\0"}, {"From": "whatsapp:"}])
def test_a_message_from_nobody_is_set_aside(told: dict[str, str]) -> None:
    arrivals.store([NewArrival(TWILIO_INBOUND, "twilio", "k", {"fields": told})], now=NOW)
    arrivals.read_due(NOW)
    assert Arrival.objects.get().error == "It names no sender."


def test_odd_numbers_of_files_are_no_error() -> None:
    for count in ("-1", "x", "99999", "٣"):
        one = twilio_message(fields(NumMedia=count), key="k", at=NOW)
        assert one is not None
        assert one.media == ()


def test_a_thousand_messages_take_as_many_queries_as_ten() -> None:
    counts = []
    for number in (10, 1000):
        arrivals.store(
            [
                NewArrival(TWILIO_INBOUND, "twilio", f"{number}:{i}", {"fields": fields(MessageSid=f"{number}:{i}")})
                for i in range(number)
            ],
            now=NOW,
        )
        with CaptureQueriesContext(connection) as seen:
            assert arrivals.read_due(NOW) == number
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


def test_no_automatic_message_leaves_after_an_answer_was_stored() -> None:
    """Whatever the order of writing, answering and sending."""
    dice = random.Random(7)
    for turn in range(60):
        ana = contact(f"Ana{turn}", email=f"ana{turn}@example.org", time_zone="UTC")
        moment = NOW + timedelta(hours=1)
        steps = ["write", "answer", "send"]
        dice.shuffle(steps)
        answered = False
        for step in steps:
            moment += timedelta(seconds=dice.randint(1, 60))
            if step == "write":
                write_to_contacts(
                    [ToContact(ana.pk, "sequence", f"seq:{turn}", channel="email", subject="Hi", text="Hi")], now=moment
                )
                written = moment
            elif step == "answer":
                mail = f"From: {ana.email}\r\nSubject: Re\r\nMessage-ID: <{turn}@x>\r\n\r\nYes.\r\n".encode()
                arrivals.store([NewArrival("mailbox_mail", "imap", f"m{turn}", {}, mail)], now=moment)
                arrivals.read_due(moment)
                answered = "write" in steps[: steps.index("answer")]
            else:
                deliver_due(moment)
        deliver_due(moment + timedelta(minutes=5))
        message = Message.objects.filter(dedupe_key=f"seq:{turn}").first()
        assert message is not None
        assert written
        sent_before = steps.index("send") < steps.index("answer") and steps.index("write") < steps.index("send")
        if answered and not sent_before:
            assert message.status == "suppressed", (steps, message.status, message.reason)
