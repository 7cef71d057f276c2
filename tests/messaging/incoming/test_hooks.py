"""The addresses that providers call: who cannot prove it is refused, and nothing of theirs is kept."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.test import Client
from twilio.request_validator import RequestValidator

from messaging.hooks import signatures, sns
from messaging.models import Arrival
from tests.messaging.incoming import calls

pytestmark = pytest.mark.django_db

STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+4917012345678", "From": "+4930123456"}
EVENT = [{"event": "delivered", "email": "a@example.org", "sg_event_id": "e1", "timestamp": 1}]
MAILS, MAIL_IN = "/hooks/email/sendgrid/", "/hooks/email/postmark/inbound/"


def kept() -> list[str]:
    return list(Arrival.objects.order_by("id").values_list("kind", flat=True))


def test_a_signed_call_of_twilio_is_kept_once_however_often_it_comes() -> None:
    for _ in range(3):
        answer = calls.twilio("/hooks/twilio/status/", STATUS)
        assert answer.status_code == 200
    assert kept() == ["twilio_status"]
    assert Arrival.objects.get().payload["fields"]["MessageSid"] == "SM1"


def test_a_message_that_comes_in_by_twilio_is_answered_with_nothing_to_say() -> None:
    answer = calls.twilio("/hooks/twilio/inbound/", {"MessageSid": "SM2", "Body": "Hello", "From": "whatsapp:+49170"})
    assert answer["Content-Type"].startswith("text/xml")
    assert b"<Response></Response>" in answer.content
    assert kept() == ["twilio_inbound"]


@pytest.mark.parametrize("token", ["forged", ""])
def test_a_forged_call_of_twilio_is_refused(token: str) -> None:
    assert calls.twilio("/hooks/twilio/status/", STATUS, token=token).status_code == 403
    assert not kept()


def test_a_call_without_signature_is_refused() -> None:
    assert Client().post("/hooks/twilio/status/", STATUS).status_code == 403
    assert not kept()


def test_a_changed_field_breaks_the_signature() -> None:
    signature = RequestValidator(calls.TOKEN).compute_signature("https://crm.example.com/hooks/twilio/status/", STATUS)
    changed = STATUS | {"MessageStatus": "failed"}
    answer = Client().post(
        "/hooks/twilio/status/", urlencode(changed), content_type=calls.FORM, headers={"X-Twilio-Signature": signature}
    )
    assert answer.status_code == 403


def test_the_public_address_is_what_is_signed_whatever_the_proxy_says() -> None:
    client = Client(headers={"host": "10.0.0.7:8000", "x-forwarded-host": "evil.example"})
    assert calls.twilio("/hooks/twilio/status/?message=3.0123456789ab", STATUS, client=client).status_code == 200
    assert calls.twilio("/hooks/twilio/status/", STATUS, site="http://10.0.0.7:8000", client=client).status_code == 403


def test_without_keys_nobody_is_let_in(settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = settings.HOOK_SECRET = settings.SENDGRID_WEBHOOK_KEY = ""
    assert calls.twilio("/hooks/twilio/status/", STATUS, token="").status_code == 403
    assert Client().post(MAILS, EVENT, content_type="application/json").status_code == 403
    answer = Client().post(MAIL_IN, {}, content_type="application/json", headers={"Authorization": calls.password(":")})
    assert answer.status_code == 403
    assert not kept()


def test_only_post_is_taken() -> None:
    for path in (MAILS, MAIL_IN, "/hooks/twilio/status/", "/hooks/twilio/inbound/"):
        assert Client().get(path).status_code == 405
        assert Client().put(path).status_code == 405
        assert Client().head(path).status_code == 200, "some see by it that the address is there"
    assert not kept()


def test_sendgrids_events_are_kept_as_they_came() -> None:
    assert calls.sendgrid(MAILS, EVENT, stamp=time.time()).status_code == 200
    assert json.loads(bytes(Arrival.objects.get().raw or b"")) == EVENT


def test_another_key_or_another_body_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    assert calls.sendgrid(MAILS, EVENT, stamp=time.time(), key=other).status_code == 403
    assert Client().post(MAILS, EVENT, content_type="application/json").status_code == 403
    assert not kept()


@pytest.mark.parametrize("off", [-86_400, -3_700, 3_700])
def test_an_old_or_future_time_stamp_is_refused_though_it_is_signed(off: int) -> None:
    assert calls.sendgrid(MAILS, EVENT, stamp=time.time() + off).status_code == 403
    body = {"signature": calls.mailgun_signature(time.time() + off), "event-data": {"event": "delivered"}}
    assert Client().post("/hooks/email/mailgun/", body, content_type="application/json").status_code == 403
    assert not kept()


def test_a_signature_of_mailgun_counts_once_since_it_does_not_cover_the_body() -> None:
    signature = calls.mailgun_signature(time.time())
    for event in ("delivered", "complained"):
        body = {"signature": signature, "event-data": {"event": event}}
        assert Client().post("/hooks/email/mailgun/", body, content_type="application/json").status_code == 200
    assert Arrival.objects.count() == 1
    assert b"delivered" in bytes(Arrival.objects.get().raw or b"")


def test_mailgun_signs_forms_too_and_its_own_fields_come_last() -> None:
    path = "/hooks/email/mailgun/inbound/"
    right = calls.mailgun_signature(time.time())
    assert Client().post(path, {"recipient": "a@b.example", **right}).status_code == 200
    assert Client().post(path, {"recipient": "a@b.example", **right, "signature": "0" * 64}).status_code == 403
    assert Client().post(path, {"recipient": "a@b.example"}).status_code == 403
    text = (
        f"token=mine&recipient=x&timestamp={right['timestamp']}&token={right['token']}&signature={right['signature']}"
    )
    answer = Client().post(path, text, content_type=calls.FORM)
    assert answer.status_code == 200


def test_who_does_not_sign_gives_the_password() -> None:
    for header, status in ((calls.password(), 200), (calls.password("hooks:guess"), 403), ("Bearer x", 403), ("", 403)):
        answer = Client().post(MAIL_IN, {"a": 1}, content_type="application/json", headers={"Authorization": header})
        assert answer.status_code == status, header
    assert kept() == ["email_inbound"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 9000, b"null", b"\xff\xfe", b'{"signature": 5}', b"%zz&&&==="])
def test_nonsense_is_refused_and_never_an_error_of_ours(body: bytes) -> None:
    for path in ("/hooks/email/mailgun/", "/hooks/email/ses/", MAILS, "/hooks/twilio/inbound/"):
        for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"):
            answer = Client().post(path, body, content_type=kind)
            assert answer.status_code in (400, 401, 403), (path, kind, answer.status_code)
    assert not kept()


def test_an_unknown_provider_is_not_there() -> None:
    assert Client().post("/hooks/email/nobody/", {}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 1_000_000 + b"{}]",
        b"[" + b"[]," * 1_000_000 + b"[]]",
        b"x" * 6_000_000,
        b"[" + b"1," * 2_000_000,
    ],
)
def test_a_million_entries_are_refused_with_a_clear_status(body: bytes) -> None:
    answer = calls.sendgrid(MAILS, body, stamp=time.time())
    assert answer.status_code == 413
    assert b"not taken" in answer.content
    assert not kept()


def test_a_million_fields_are_refused_too() -> None:
    answer = Client().post("/hooks/twilio/status/", b"a=1&" * 40_000, content_type=calls.FORM)
    assert answer.status_code == 413


def test_a_call_costs_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        calls.sendgrid(MAILS, EVENT, stamp=time.time())
    with django_assert_num_queries(1):
        calls.twilio("/hooks/twilio/status/", STATUS)


# --- Amazon


AMAZON = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOPIC = "arn:aws:sns:eu-central-1:111111111111:our-mail"


def note(**fields: str) -> dict[str, str]:
    """A notification of SNS, signed."""
    from datetime import UTC, datetime

    message = {
        "Type": "Notification",
        "MessageId": "n-1",
        "TopicArn": TOPIC,
        "Message": "{}",
        "Timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem",
    } | fields
    names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    import base64

    digest = hashes.SHA256() if message["SignatureVersion"] == "2" else hashes.SHA1()
    return message | {"Signature": base64.b64encode(AMAZON.sign(text.encode(), padding.PKCS1v15(), digest)).decode()}


def amazon(message: dict[str, str], **headers: str) -> int:
    kind = message["Type"]
    return (
        Client()
        .post(  # type: ignore[no-any-return]
            "/hooks/email/ses/",
            json.dumps(message),
            content_type="text/plain; charset=UTF-8",
            headers={"x-amz-sns-message-type": kind, **headers},
        )
        .status_code
    )


@pytest.fixture
def certificate(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(sns, "public_key", lambda url: AMAZON.public_key() if signatures.is_sns_address(url) else None)
    settings.SES_TOPICS = [TOPIC]


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazons_signature_is_checked_in_both_versions(certificate: None, version: str) -> None:
    assert amazon(note(SignatureVersion=version)) == 200
    assert amazon(note(SignatureVersion=version) | {"Message": "changed"}) == 403
    assert kept() == ["email_events"]


def test_a_certificate_from_elsewhere_proves_nothing(certificate: None) -> None:
    for url in (
        "https://evil.example/x.pem",
        "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com:8080/x.pem",
    ):
        assert amazon(note(SigningCertURL=url)) == 403
    assert not kept()


def test_amazon_signs_for_anybody_so_the_topic_must_be_ours_or_the_password_right(certificate: None) -> None:
    theirs = note(TopicArn="arn:aws:sns:eu-central-1:222222222222:theirs")
    assert amazon(theirs) == 401, "asked for the password, as SNS wants it"
    assert amazon(theirs, Authorization=calls.password("hooks:guess")) == 403
    assert amazon(theirs, Authorization=calls.password()) == 200


def test_an_old_note_of_amazon_is_refused(certificate: None) -> None:
    assert amazon(note(Timestamp="2020-01-01T00:00:00.000Z")) == 403


def test_a_subscription_is_kept_to_be_confirmed_by_a_worker(certificate: None) -> None:
    url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    assert amazon(note(Type="SubscriptionConfirmation", SubscribeURL=url, Token="x")) == 200
    assert kept() == ["sns_subscription"]


def test_while_amazon_cannot_be_asked_it_is_told_to_come_again(
    certificate: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(url: str) -> None:
        raise sns.Unreachable("no answer")

    monkeypatch.setattr(sns, "public_key", down)
    assert amazon(note()) == 503
    assert not kept()


def test_the_certificate_is_fetched_once_and_only_from_amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(AMAZON.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(AMAZON, hashes.SHA256())
    )  # fmt: skip
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return made.public_bytes(Encoding.PEM) if "good" in url else b"no certificate"

    monkeypatch.setattr(sns, "_fetch", fetch)
    sns.public_key.cache_clear()
    good = "https://sns.eu-west-1.amazonaws.com/good.pem"
    key = sns.public_key(good)
    assert key is not None
    assert key.public_numbers() == AMAZON.public_key().public_numbers()
    assert sns.public_key(good) is key
    assert sns.public_key("https://sns.eu-west-1.amazonaws.com/bad.pem") is None
    assert sns.public_key("https://evil.example/good.pem") is None
    assert asked == [good, "https://sns.eu-west-1.amazonaws.com/bad.pem"]
    sns.public_key.cache_clear()


def test_amazon_out_of_reach_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sns.Unreachable):
        sns._fetch("https://sns.localhost:1/x.pem")
