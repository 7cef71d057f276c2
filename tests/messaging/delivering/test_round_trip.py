"""Out through a provider and back by its callbacks: doubled, in any order, forged, or the only answer there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from crm.models import Event
from messaging import looking_up
from messaging.arrivals import read_due
from messaging.delivery import deliver_due
from messaging.models import Message, MessageEvent
from messaging.writing import ToContact, write_to_contacts
from tests.fakes import mailgun as mailgun_fake
from tests.fakes import sendgrid as sendgrid_fake
from tests.fakes.mailgun import FakeMailgun
from tests.fakes.sendgrid import FakeSendGrid
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

pytestmark = pytest.mark.django_db


@pytest.fixture
def twilio(settings):
    with FakeTwilio() as fake:
        settings.SMS_PROVIDER = "twilio"
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
        settings.TWILIO_SMS_FROM, settings.TWILIO_API_URL = "+15005550006", fake.url
        yield fake
    assert fake.problems == []


def now():
    return datetime.now(UTC)


def send(contact, channel="sms"):
    words = ToContact(contact.pk, "message", f"k:{channel}", channel=channel, subject="Hello", text="Good day.")
    write_to_contacts([words], now=now())
    deliver_due(now())
    return Message.objects.get(channel=channel)


def call_back(client, *calls):
    answers = []
    for call in calls:
        parts = urlsplit(call.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        answers.append(
            client.post(
                path, call.body, content_type=call.content_type, headers=call.headers, SERVER_NAME=parts.hostname
            )
        )
    read_due(now() + timedelta(seconds=30))
    return [answer.status_code for answer in answers]


def statuses(message):
    message.refresh_from_db()
    return message.status, MessageEvent.objects.filter(message=message, kind="delivered").count()


def test_a_delivery_is_told_once_however_often_and_in_whatever_order(client, maria, twilio):
    message = send(maria)
    assert message.status == "sent"
    codes = call_back(client, *twilio.callbacks(twilio.accepted[0], reordered=True, doubled=True))
    assert set(codes) == {200}
    assert statuses(message) == ("delivered", 1)


def test_a_forged_callback_is_refused_and_changes_nothing(client, maria, twilio):
    message = send(maria)
    assert call_back(client, twilio.callback(twilio.accepted[0], "delivered", forged=True)) == [403]
    assert statuses(message) == ("sent", 0)


def test_a_lost_answer_is_found_by_the_callback_that_names_the_message(client, maria, twilio):
    twilio.fail_next("drop_after")
    message = send(maria)
    assert message.status == "uncertain"
    call_back(client, twilio.callback(twilio.accepted[0], "delivered"))
    assert statuses(message)[0] == "delivered"
    assert Event.objects.filter(kind="message_sent", contact=maria).count() == 1
    looking_up.look_ups(now() + timedelta(hours=2))
    assert statuses(message)[0] == "delivered"
    assert len(twilio.accepted) == 1


def test_a_lost_answer_is_found_by_asking(maria, twilio):
    twilio.fail_next("drop_after")
    message = send(maria)
    looking_up.look_ups(now() + timedelta(minutes=2))
    message.refresh_from_db()
    assert (message.status, message.provider_id) == ("sent", twilio.accepted[0].sid)


def test_a_request_that_never_arrived_is_made_again_when_that_is_sure(maria, twilio):
    twilio.fail_next("drop_before")
    message = send(maria)
    looking_up.look_ups(now() + timedelta(minutes=2))
    assert statuses(message)[0] == "uncertain"
    looking_up.look_ups(now() + timedelta(minutes=11))
    assert statuses(message)[0] == "pending"
    deliver_due(now() + timedelta(minutes=12))
    assert (statuses(message)[0], len(twilio.accepted)) == ("sent", 1)


def test_sendgrids_events_find_the_mail(client, maria, settings):
    with FakeSendGrid() as fake:
        settings.EMAIL_PROVIDER = "sendgrid"
        settings.SENDGRID_API_KEY, settings.SENDGRID_API_URL = sendgrid_fake.KEY, f"{fake.url}/v3/"
        settings.SENDGRID_WEBHOOK_KEY = fake.public_key
        fake.fail_next("drop_after")
        message = send(maria, "email")
        assert message.status == "uncertain"
        url = f"{settings.SITE_URL}/hooks/email/sendgrid/"
        events = [fake.event(fake.accepted[0], "delivered")]
        assert call_back(client, fake.callback(url, events, forged=True)) == [403]
        assert call_back(client, fake.callback(url, events), fake.callback(url, events)) == [200, 200]
    assert statuses(message) == ("delivered", 1)


def test_mailguns_events_find_the_mail(client, maria, settings):
    with FakeMailgun() as fake:
        settings.EMAIL_PROVIDER, settings.MAILGUN_WEBHOOK_KEY = "mailgun", mailgun_fake.SIGNING_KEY
        settings.MAILGUN_API_KEY, settings.MAILGUN_API_URL = mailgun_fake.KEY, f"{fake.url}/v3"
        message = send(maria, "email")
        url = f"{settings.SITE_URL}/hooks/email/mailgun/"
        mail = fake.accepted[0]
        assert call_back(client, fake.callback(url, mail, "delivered", forged=True)) == [403]
        assert call_back(client, fake.callback(url, mail, "delivered")) == [200]
    assert statuses(message) == ("delivered", 1)
