"""Mails that services hand over: the true ones are taken and placed, the forged are refused, whatever the wrapping."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from messaging import arrivals
from messaging.attachments import listed, opened
from messaging.hooks.inbound_mail import mails_of
from messaging.mail_reading import read_mail
from messaging.models import Arrival, Message
from tests.factories import contact
from tests.messaging.incoming import calls

pytestmark = pytest.mark.django_db

MANDRILL = "mandrill-key"


@pytest.fixture(autouse=True)
def private(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_DIR = str(tmp_path)
    settings.MANDRILL_WEBHOOK_KEY = MANDRILL


def recorded(path: Path) -> tuple[dict[str, str], bytes]:
    """Headers and body of a recorded call."""
    head, _, body = path.read_bytes().replace(b"\r\n", b"\n", 0).partition(b"\r\n\r\n")
    if not body:
        head, _, body = path.read_bytes().partition(b"\n\n")
    lines = [line.partition(":") for line in head.decode().splitlines()[1:]]
    return {name.strip().lower(): value.strip() for name, _, value in lines}, body


def post(provider: str, body: bytes, content_type: str, **headers: str) -> HttpResponse:
    return Client().post(  # type: ignore[return-value]
        f"/hooks/email/{provider}/inbound/", body, content_type=content_type, headers=headers
    )


def resigned(provider: str, headers: dict[str, str], body: bytes, *, sign: bool) -> HttpResponse:
    """The recorded call, signed anew with our own keys as its provider would today."""
    kind, extra = headers["content-type"], {}
    if provider == "mailgun" and sign:
        fresh = calls.mailgun_signature(datetime.now(UTC).timestamp(), token=hashlib.sha256(body).hexdigest()[:50])
        if "multipart" in kind:
            for name, value in fresh.items():
                body = re.sub(rb'(name="' + name.encode() + rb'"\r\n\r\n)[^\r]*', rb"\g<1>" + value.encode(), body)
        else:
            body = urlencode(
                [(k, fresh.get(k, v)) for k, v in parse_qsl(body.decode(), keep_blank_values=True)]
            ).encode()
    elif provider == "mandrill" and sign:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        said = f"https://crm.example.com/hooks/email/mandrill/inbound/mandrill_events{fields['mandrill_events']}"
        extra["X-Mandrill-Signature"] = base64.b64encode(
            hmac.new(MANDRILL.encode(), said.encode(), hashlib.sha1).digest()
        ).decode()
    elif provider not in ("mailgun", "mandrill") and sign:
        extra["Authorization"] = calls.password()
    if provider == "mandrill" and not sign and "x-mandrill-signature" in headers:
        extra["X-Mandrill-Signature"] = headers["x-mandrill-signature"]
    return post(provider, body, kind, **extra)


PROVIDERS = {"simple": "mime"}


@pytest.mark.realdata
def test_recorded_calls_are_taken_when_true_and_refused_when_not(shared_data: Path) -> None:
    james = contact("James", email="james@opennorth.ca")
    root = shared_data / "inbound_http"
    files = sorted((root / "multi_mail").rglob("*.txt")) + sorted((root / "sendgrid").glob("*.txt"))
    taken = 0
    for path in files:
        provider = path.relative_to(root / "multi_mail").parts[0] if "multi_mail" in path.parts else "sendgrid"
        provider = PROVIDERS.get(provider, provider)
        if "multi_mail" in path.parts:
            headers, body = recorded(path)
        else:
            body = path.read_bytes()
            mark = body.lstrip()[2:].split(b"\n")[0].strip().decode()
            headers = {"content-type": f"multipart/form-data; boundary={mark}"}
        true = path.stem not in ("invalid", "missing")
        answer = resigned(provider, headers, body, sign=true)
        assert answer.status_code == (200 if true else 403), path
        taken += true
    assert Arrival.objects.count() == taken >= 12
    arrivals.read_due(datetime.now(UTC))
    wrong = list(Arrival.objects.exclude(state="done").values_list("provider", "error"))
    assert not wrong
    known = Message.objects.filter(sender="james@opennorth.ca")
    assert known.exists()
    assert set(known.values_list("contact_id", flat=True)) == {james.pk}
    assert not Message.objects.filter(sender="").exists()


MAIL = (
    b"From: Ana Lima <ana@example.org>\r\nTo: reply@example.com\r\nSubject: Caf\xc3\xa9?\r\n"
    b"Message-ID: <a1@example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOui, \xc3\xa0 cinq heures.\r\n"
)


def read_from(provider: str, body: bytes, content_type: str) -> Any:
    [mail] = mails_of(provider, body, content_type)
    return read_mail(mail.raw), mail.to


def test_a_raw_mail_in_any_charset_survives_its_form() -> None:
    mail = MAIL.replace(b"utf-8", b"latin-1").replace(b"\xc3\xa0", b"\xe0")
    for provider, field in (("mailgun", "body-mime"), ("sendgrid", "email"), ("mime", "message")):
        read, _ = read_from(provider, urlencode({field: mail, "recipient": "x@y"}).encode(), calls.FORM)
        assert "à cinq heures" in read.text
        body = (
            b'--B\r\nContent-Disposition: form-data; name="' + field.encode() + b'"\r\n\r\n' + mail + b"\r\n--B--\r\n"
        )
        read, _ = read_from(provider, body, "multipart/form-data; boundary=B")
        assert "à cinq heures" in read.text
        assert read.sender == "ana@example.org"


def test_amazon_s_mail_is_taken_out_of_its_notification() -> None:
    told = {
        "notificationType": "Received",
        "mail": {"source": "ana@example.org", "messageId": "m", "timestamp": "2026-03-02T09:00:00.000Z"},
        "receipt": {"recipients": ["reply@example.com"], "action": {"type": "SNS", "encoding": "BASE64"}},
        "content": base64.b64encode(MAIL).decode(),
    }
    body = json.dumps({"Type": "Notification", "Message": json.dumps(told)}).encode()
    read, to = read_from("ses", body, "text/plain")
    assert (read.sender, to) == ("ana@example.org", ("reply@example.com",))
    assert "cinq heures" in read.text


def test_postmark_s_parts_become_a_mail_again_with_its_files() -> None:
    contact(email="ana@example.org")
    told = {
        "FromFull": {"Email": "ana@example.org", "Name": "Ana Lima"},
        "ToFull": [{"Email": "reply@example.com", "Name": ""}],
        "Subject": "Papers",
        "MessageID": "m-1",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0100",
        "TextBody": "Here they are.",
        "Headers": [{"Name": "Message-ID", "Value": "<p1@example.org>"}],
        "Attachments": [
            {
                "Name": "../../etc/passwd",
                "Content": base64.b64encode(b"%PDF").decode(),
                "ContentType": "application/pdf",
            }
        ],
    }
    assert (
        post("postmark", json.dumps(told).encode(), "application/json", Authorization=calls.password()).status_code
        == 200
    )
    arrivals.read_due(datetime.now(UTC))
    got = Message.objects.get()
    assert (got.sender, got.subject, got.body.new_text.strip()) == ("ana@example.org", "Papers", "Here they are.")
    assert got.contact_id
    [file] = listed(got.pk)
    assert (file.name, file.content_type, file.kept) == ("passwd", "application/pdf", True)
    with opened(got.pk, 0)[1] as stream:
        assert stream.read() == b"%PDF"


@pytest.mark.realdata
def test_postmark_s_raw_example_is_read(shared_data: Path) -> None:
    for path in sorted((shared_data / "webhooks").glob("postmark-inbound*.json")):
        read, _to = read_from("postmark", path.read_bytes(), "application/json")
        assert read.sender == "support@postmarkapp.com"
        assert read.subject


@pytest.mark.parametrize(
    "provider", ["sendgrid", "mailgun", "postmark", "ses", "mandrill", "mime", "cloudmailin", "mailjet"]
)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b'{"headers": 5}', "application/json"),
        (b"a=b", calls.FORM),
        (b"headers=%00&text=%ff&from=x", calls.FORM),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"\x00\xff", "text/plain"),
    ],
)
def test_nonsense_is_set_aside_with_a_reason(provider: str, body: bytes, kind: str) -> None:
    arrivals.store(
        [arrivals.NewArrival("email_inbound", provider, "k", {"content_type": kind}, body)], now=datetime.now(UTC)
    )
    arrivals.read_due(datetime.now(UTC))
    arrival = Arrival.objects.get()
    assert arrival.state in ("parked", "done")
    assert arrival.error or Message.objects.exists()


def test_a_mail_of_thirty_megabytes_is_taken_without_its_file(settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1_000_000
    contact(email="ana@example.org")
    file = base64.encodebytes(b"\0" * 30_000_000).replace(b"\n", b"\r\n")
    mail = (
        b"From: ana@example.org\r\nSubject: Film\r\nMessage-ID: <f@x>\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/plain\r\n\r\nSee the film.\r\n--B\r\nContent-Type: video/mp4\r\n"
        b'Content-Disposition: attachment; filename="film.mp4"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + file
        + b"\r\n--B--\r\n"
    )
    assert post("mime", mail, "message/rfc822", Authorization=calls.password()).status_code == 200
    arrivals.read_due(datetime.now(UTC))
    got = Message.objects.get()
    assert got.body.new_text.strip() == "See the film."
    [kept] = listed(got.pk)
    assert not kept.kept
    assert "may have 1 MB together" in kept.note
    assert got.data["attachments"][0]["note"] == kept.note


def test_a_mail_that_is_too_large_is_refused_with_a_clear_status(settings: Any) -> None:
    settings.INBOUND_MAX_BYTES = 1_000
    answer = post("mime", b"From: a@b\r\n\r\n" + b"x" * 2_000, "message/rfc822", Authorization=calls.password())
    assert answer.status_code == 413


def test_two_robots_do_not_talk_for_ever() -> None:
    contact(email="robot@example.org")
    for number in range(3):
        mail = (
            f"From: robot@example.org\r\nSubject: Auto: {number}\r\nMessage-ID: <r{number}@x>\r\n"
            "Auto-Submitted: auto-replied\r\n\r\nWe got your mail.\r\n"
        )
        post("mime", mail.encode(), "message/rfc822", Authorization=calls.password())
    arrivals.read_due(datetime.now(UTC))
    assert Message.objects.filter(direction="in").count() == 3
    assert not Message.objects.filter(direction="out").exists()
