"""Reading what was stored: the providers' own examples mean what they should, and come true once."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from messaging import arrivals
from messaging.addresses import token_of
from messaging.hooks import signatures, sns
from messaging.hooks.email_news import KINDS, events_of
from messaging.hooks.kinds import EMAIL_EVENTS, SNS_SUBSCRIPTION
from messaging.hooks.providers import PROVIDERS
from messaging.hooks.twilio_news import event_of
from messaging.models import Arrival, Message, MessageEvent, Suppression
from tests.factories import NOW, contact
from tests.messaging.incoming import calls
from tests.messaging.incoming.messages import sent

JSON = "application/json"


def as_called(esp: str, payload: Any) -> tuple[bytes, str]:
    """The body and content type with which the provider posts an example."""
    if esp == "amazon_ses":
        return json.dumps(
            {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(payload)}
        ).encode(), "text/plain"
    if esp == "mandrill":
        return urlencode({"mandrill_events": json.dumps(payload)}).encode(), calls.FORM
    if esp == "mailgun" and "event-data" not in payload:
        return urlencode({"timestamp": "1461261330", **payload}, doseq=True).encode(), calls.FORM
    return json.dumps(payload).encode(), JSON


@pytest.mark.realdata
def test_the_providers_examples_mean_what_they_should(shared_data: Path) -> None:
    cases = json.loads((shared_data / "webhooks" / "esp_events.json").read_text())
    # SparkPost’s first opens are an option that we leave off: they would count twice.
    cases = [case for case in cases if case["kind"] == "webhooks" and case["case"] != "initial_open_event_as_opened"]
    wrong = []
    for case in cases:
        expected = KINDS.get(case["expect"].get("event.event_type", ""))
        if case["esp"] not in PROVIDERS:
            wrong.append((case["esp"], case["case"], "unknown provider"))
            continue
        call = events_of(case["esp"], *as_called(case["esp"], case["payload"][0]), at=NOW)
        kinds = [event.kind for event in call.events]
        recipient = case["expect"].get("event.recipient")
        fits = expected in kinds if expected else True
        fits &= not recipient or not call.events or recipient in {event.recipient for event in call.events}
        if not fits:
            wrong.append((case["esp"], case["case"], expected, kinds, call.problem))
    assert not wrong
    assert len(cases) >= 60


@pytest.mark.realdata
@pytest.mark.django_db
def test_the_providers_examples_count_once_though_sent_twice(shared_data: Path) -> None:
    ana = contact()
    for case in json.loads((shared_data / "webhooks" / "esp_events.json").read_text()):
        if case["kind"] != "webhooks" or case["esp"] not in PROVIDERS:
            continue
        body, kind = as_called(case["esp"], case["payload"][0])
        for event in events_of(case["esp"], body, kind, at=NOW).events:
            if event.provider_id and not Message.objects.filter(provider_id=event.provider_id).exists():
                sent(ana, provider_id=event.provider_id, provider=event.provider)
        for number in range(2):
            arrivals.store(
                [
                    arrivals.NewArrival(
                        EMAIL_EVENTS,
                        case["esp"],
                        f"{case['esp']}:{case['case']}:{number}",
                        {"content_type": kind},
                        body,
                    )
                ],
                now=NOW,
            )
    arrivals.read_due(NOW)
    once = MessageEvent.objects.count()
    assert once >= 25
    assert MessageEvent.objects.values("key").distinct().count() == once
    Arrival.objects.update(state="waiting", attempts=0)
    arrivals.read_due(NOW)
    assert MessageEvent.objects.count() == once
    assert not Arrival.objects.filter(state="parked").exists()


@pytest.mark.realdata
def test_the_providers_signatures_are_as_valid_as_they_say(shared_data: Path) -> None:
    for case in json.loads((shared_data / "webhooks" / "signatures.json").read_text()):
        if case["provider"] == "sendgrid":
            fits = signatures.sendgrid_ok(
                case["public_key"], stamp=case["timestamp"], signature=case["signature"], body=case["body"].encode()
            )
            forged = signatures.sendgrid_ok(
                case["public_key"],
                stamp=case["timestamp"] + "1",
                signature=case["signature"],
                body=case["body"].encode(),
            )
        else:
            fields = {name: [value] for name, value in case["params"].items()}
            fits = signatures.twilio_ok(case["auth_token"], url=case["url"], fields=fields, signature=case["signature"])
            forged = signatures.twilio_ok("other", url=case["url"], fields=fields, signature=case["signature"])
        assert fits == case["valid"]
        assert not forged


# --- Whose fault it was


def bounce(**fields: Any) -> tuple[str, str]:
    [event] = events_of(
        "sendgrid", json.dumps([{"event": "bounce", "email": "a@b.example", **fields}]).encode(), JSON, at=NOW
    ).events
    return event.kind, event.bounce


def test_a_dead_mailbox_is_hard_a_full_one_soft_and_our_bad_name_our_own_fault() -> None:
    assert bounce(reason="550 5.1.1 The email account that you tried to reach does not exist", type="bounce") == (
        "bounced",
        "hard",
    )
    assert bounce(reason="452 4.2.2 The email account that you tried to reach is over quota") == ("bounced", "soft")
    assert bounce(reason="550 5.7.1 Client host blocked using Spamhaus") == ("bounced", "ours")


def test_without_words_the_provider_is_believed() -> None:
    assert bounce(type="bounce")[1] == "hard"
    assert bounce(type="blocked")[1] == "soft"
    ses = {"notificationType": "Bounce", "mail": {"messageId": "m"}}
    for kind, blame in (("Permanent", "hard"), ("Transient", "soft"), ("Undetermined", "soft")):
        told = ses | {
            "bounce": {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": "a@b"}]}
        }
        [event] = events_of("ses", *as_called("amazon_ses", told), at=NOW).events
        assert event.bounce == blame


def test_one_bad_entry_takes_no_other_with_it() -> None:
    good = {"event": "delivered", "email": "a@b.example", "sg_event_id": "1"}
    call = events_of(
        "sendgrid", json.dumps([good, {"nonsense": 1}, 7, good | {"sg_event_id": "2"}]).encode(), JSON, at=NOW
    )
    assert len(call.events) == 2
    assert call.problem == "2 of 4 entries are not what SendGrid sends."


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
@pytest.mark.parametrize("body", [b"", b"null", b"5", b"[]", b"{}", b"[[]]", b'{"a": [', b"\xff", b'[{"event": {}}]'])
def test_nonsense_is_named_and_never_an_error(provider: str, body: bytes) -> None:
    for kind in (JSON, calls.FORM, "multipart/form-data", ""):
        assert events_of(provider, body, kind, at=NOW).events == []


# --- From the call to the message


@pytest.mark.django_db
def test_from_the_call_to_the_message() -> None:
    ana = contact(email="ana@example.org")
    message = sent(ana, status="uncertain", provider_id="", provider="")
    told = {
        "event": "bounce",
        "email": "ana@example.org",
        "sg_event_id": "e1",
        "timestamp": int(NOW.timestamp()),
        "reason": "550 5.1.1 no such user",
        "message": f"{message.pk}.{token_of(message.pk, message.created_at)}",
    }
    for _ in range(2):
        assert calls.sendgrid("/hooks/email/sendgrid/", [told], stamp=time.time()).status_code == 200
    assert arrivals.read_due(datetime.now(UTC)) == 1
    message.refresh_from_db()
    assert message.status == "bounced"
    assert "no such mailbox" in message.reason
    assert Suppression.objects.get().address == "ana@example.org"


@pytest.mark.django_db
def test_news_that_come_before_our_own_answer_wait_for_it() -> None:
    now = datetime.now(UTC)
    fields = {"MessageSid": "SM77", "MessageStatus": "delivered"}
    calls.twilio("/hooks/twilio/status/", fields)
    arrivals.read_due(now)
    assert Arrival.objects.get().state == "waiting"
    message = sent(contact(phone="+4917012345678"), channel="sms", provider_id="SM77")
    arrivals.read_due(now + timedelta(minutes=1))
    message.refresh_from_db()
    assert (message.status, Arrival.objects.get().state) == ("delivered", "done")


@pytest.mark.django_db
def test_news_of_a_message_that_is_not_ours_are_let_go_in_the_end() -> None:
    calls.twilio("/hooks/twilio/status/", {"MessageSid": "SM99", "MessageStatus": "sent"})
    moment = datetime.now(UTC)
    for _ in range(arrivals.ATTEMPTS):
        arrivals.read_due(moment)
        moment += timedelta(hours=1)
    arrival = Arrival.objects.get()
    assert (arrival.state, arrival.error) == ("done", "The message that it is about is not known here.")


def test_twilios_codes_say_whose_fault_it_was() -> None:
    def blame(code: str, state: str = "undelivered") -> tuple[str, str]:
        event = event_of({"fields": {"MessageSid": "SM1", "MessageStatus": state, "ErrorCode": code}}, at=NOW)
        assert event is not None
        return event.bounce, event.detail

    assert blame("30005")[0] == "hard"
    assert blame("30003")[0] == "soft"
    assert blame("30007")[0] == "ours"
    assert blame("99999") == ("", "Twilio said 99999: no reason")
    assert blame("", "failed") == ("", "Twilio said: failed")
    assert blame("21610")[0] == "", "a wish is no fault of the number"


def test_a_call_about_nothing_says_nothing() -> None:
    assert event_of({"fields": {"MessageStatus": "delivered"}}, at=NOW) is None
    assert event_of({"fields": {"MessageSid": "SM1", "MessageStatus": "dancing"}}, at=NOW) is None
    assert event_of({}, at=NOW) is None


# --- Amazon's question


@pytest.mark.django_db
def test_a_subscription_is_confirmed_at_amazon_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sns, "_fetch", lambda url: asked.append(url) or b"")
    right = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    for number, url in enumerate([right, "https://evil.example/?Action=ConfirmSubscription"]):
        body = json.dumps({"Type": "SubscriptionConfirmation", "SubscribeURL": url}).encode()
        arrivals.store([arrivals.NewArrival(SNS_SUBSCRIPTION, "ses", str(number), {}, body)], now=NOW)
    arrivals.read_due(NOW)
    assert asked == [right]
    assert list(Arrival.objects.order_by("pk").values_list("state", flat=True)) == ["done", "parked"]


@pytest.mark.parametrize(("said", "kinds"), [("abuse", ["complained"]), ("not-spam", []), ("auth-failure", [])])
def test_not_every_report_that_amazon_passes_on_is_a_complaint(said: str, kinds: list[str]) -> None:
    note = {
        "notificationType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": "ana@example.org"}],
            "timestamp": "2026-03-01T10:00:00.000Z",
            "feedbackId": "f1",
            "complaintFeedbackType": said,
        },
        "mail": {"timestamp": "2026-03-01T10:00:00.000Z", "messageId": "m1", "destination": ["ana@example.org"]},
    }
    call = events_of("amazon_ses", *as_called("amazon_ses", note), at=NOW)
    assert [event.kind for event in call.events] == kinds
