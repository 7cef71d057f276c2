"""From writing to a contact, through a provider as real as it can be, to what came of it: with every fault of callbacks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from crm.models import Contact, Event
from messaging import arrivals
from messaging.delivery import deliver_due
from messaging.models import ContactPolicy, Message, MessageEvent, Suppression
from messaging.writing import ToContact, write_to_contacts
from tests.factories import contact
from tests.fakes import mailgun as mailgun_rules
from tests.fakes import sendgrid as sendgrid_rules
from tests.fakes import twilio as twilio_rules
from tests.fakes.mailgun import FakeMailgun
from tests.fakes.sendgrid import FakeSendGrid
from tests.fakes.server import Call
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.django_db

SITE = "https://crm.example.com"


@pytest.fixture(autouse=True)
def open_rules(db: None) -> None:
    ContactPolicy.objects.update(
        quiet_from=None, quiet_to=None, weekends=True, cap_per_day=None, cap_per_week=None, gap_minutes=None,
        tracking=False, ask_first=[],
    )  # fmt: skip


@pytest.fixture
def twilio(settings: Any) -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = twilio_rules.ACCOUNT, twilio_rules.TOKEN
        settings.TWILIO_SMS_FROM, settings.TWILIO_API_URL, settings.SMS_PROVIDER = "+15005550006", fake.url, "twilio"
        yield fake
    assert fake.problems == []


@pytest.fixture
def sendgrid(settings: Any) -> Iterator[FakeSendGrid]:
    with FakeSendGrid() as fake:
        settings.EMAIL_PROVIDER, settings.SENDGRID_API_KEY = "sendgrid", sendgrid_rules.KEY
        settings.SENDGRID_API_URL, settings.SENDGRID_WEBHOOK_KEY = f"{fake.url}/v3/", fake.public_key
        settings.DEFAULT_FROM_EMAIL = "Office <office@example.com>"
        yield fake
    assert fake.problems == []


@pytest.fixture
def mailgun(settings: Any) -> Iterator[FakeMailgun]:
    with FakeMailgun() as fake:
        settings.EMAIL_PROVIDER, settings.MAILGUN_API_KEY = "mailgun", mailgun_rules.KEY
        settings.MAILGUN_API_URL, settings.MAILGUN_WEBHOOK_KEY = f"{fake.url}/v3", mailgun_rules.SIGNING_KEY
        settings.DEFAULT_FROM_EMAIL = "Office <office@example.com>"
        yield fake
    assert fake.problems == []


def write(channel: str) -> tuple[Contact, Message]:
    """A message to Maria that has left."""
    maria = contact("Maria", email="maria@example.org", phone="+639171234567", country="PH")
    now = datetime.now(UTC)
    write_to_contacts(
        [ToContact(maria.pk, "message", "m1", channel=channel, subject="Your offer", text="Shall we talk?")], now=now
    )
    deliver_due(now + timedelta(seconds=1))
    message = Message.objects.get(dedupe_key="m1")
    assert message.status == "sent", (message.status, message.reason)
    return maria, message


def call(one: Call) -> int:
    path = one.url.removeprefix(SITE)
    return Client().post(path, one.body, content_type=one.content_type, headers=one.headers).status_code  # type: ignore[no-any-return]


def read() -> None:
    arrivals.read_due(datetime.now(UTC) + timedelta(seconds=1))


@pytest.mark.parametrize(("reordered", "doubled"), [(False, False), (True, False), (False, True), (True, True)])
def test_twilio_s_callbacks_in_any_order_and_number(twilio: FakeTwilio, reordered: bool, doubled: bool) -> None:
    _, message = write("sms")
    for one in twilio.callbacks(twilio.accepted[0], reordered=reordered, doubled=doubled):
        assert call(one) == 200
        read()
    message.refresh_from_db()
    assert message.status == "delivered"
    assert message.events.filter(kind="delivered").count() == 1


def test_twilio_s_forged_callback_changes_nothing(twilio: FakeTwilio) -> None:
    _, message = write("sms")
    assert call(twilio.callback(twilio.accepted[0], "failed", code=30005, forged=True)) == 403
    read()
    message.refresh_from_db()
    assert message.status == "sent"


def test_a_callback_for_a_message_whose_answer_was_lost_settles_it(twilio: FakeTwilio) -> None:
    _, message = write("sms")
    Message.objects.filter(pk=message.pk).update(status="uncertain", provider_id="")
    assert call(twilio.callback(twilio.accepted[0], "delivered")) == 200
    read()
    message.refresh_from_db()
    assert (message.status, message.provider_id) == ("delivered", twilio.accepted[0].sid)


def test_a_number_that_is_not_in_use_is_stopped(twilio: FakeTwilio) -> None:
    write("sms")
    call(twilio.callback(twilio.accepted[0], "undelivered", code=30005))
    read()
    assert Suppression.objects.get(channel="sms").reason == "hard_bounce"


def test_an_answer_by_sms_comes_back_to_its_message_and_a_stop_stops(twilio: FakeTwilio) -> None:
    maria, message = write("sms")
    hook = f"{SITE}/hooks/twilio/inbound/"
    told = {"sender": "+639171234567", "to": "+15005550006"}
    assert call(twilio.incoming(hook, body="Yes", **told)) == 200
    assert call(twilio.incoming(hook, body="No!", **told, forged=True)) == 403
    read()
    got = Message.objects.get(direction="in")
    assert (got.contact_id, got.answers) == (maria.pk, message.pk)
    call(twilio.incoming(hook, body="STOP", **told))
    read()
    write_to_contacts([ToContact(maria.pk, "message", "m2", channel="sms", text="More")], now=datetime.now(UTC))
    assert Message.objects.get(dedupe_key="m2").status == "suppressed"


KINDS = ["processed", "deferred", "delivered", "open", "spamreport"]


@pytest.mark.parametrize("seed", range(4))
def test_sendgrid_s_events_in_any_order_and_number(sendgrid: FakeSendGrid, seed: int) -> None:
    maria, message = write("email")
    events = [sendgrid.event(sendgrid.accepted[0], kind) for kind in KINDS] * 2
    random.Random(seed).shuffle(events)
    for start in range(0, len(events), 3):
        assert call(sendgrid.callback(f"{SITE}/hooks/email/sendgrid/", events[start : start + 3])) == 200
    read()
    message.refresh_from_db()
    assert message.status == "delivered"
    assert MessageEvent.objects.filter(message=message, kind="opened").count() == 1
    assert Event.objects.filter(kind="complained", contact_id=maria.pk).count() == 1
    assert Suppression.objects.get().reason == "complaint"


def test_sendgrid_s_forged_or_old_call_changes_nothing(sendgrid: FakeSendGrid) -> None:
    _, message = write("email")
    events = [sendgrid.event(sendgrid.accepted[0], "bounce", reason="550 5.1.1 unknown user")]
    hook = f"{SITE}/hooks/email/sendgrid/"
    assert call(sendgrid.callback(hook, events, forged=True)) == 403
    assert call(sendgrid.callback(hook, events, age=86_400)) == 403
    read()
    message.refresh_from_db()
    assert message.status == "sent"
    assert call(sendgrid.callback(hook, events)) == 200
    read()
    message.refresh_from_db()
    assert message.status == "bounced"
    assert Suppression.objects.get().address == "maria@example.org"


def test_mailgun_s_news_find_their_message(mailgun: FakeMailgun) -> None:
    _, message = write("email")
    hook = f"{SITE}/hooks/email/mailgun/"
    failed = {
        "severity": "permanent",
        "reason": "bounce",
        "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
    }
    assert call(mailgun.callback(hook, mailgun.accepted[0], "failed", forged=True, **failed)) == 403
    assert call(mailgun.callback(hook, mailgun.accepted[0], "failed", age=86_400, **failed)) == 403
    assert call(mailgun.callback(hook, mailgun.accepted[0], "delivered")) == 200
    read()
    message.refresh_from_db()
    assert message.status == "delivered"
    assert call(mailgun.callback(hook, mailgun.accepted[0], "failed", **failed)) == 200
    read()
    message.refresh_from_db()
    assert message.status == "bounced"
