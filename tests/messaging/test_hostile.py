"""What strangers put into words, addresses and calls stays words: it opens nothing, breaks nothing and holds nobody up."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from messaging.channels import outward
from messaging.chat_rooms import check_address
from messaging.claimed import COLUMNS, Claimed
from messaging.hooks import sns
from messaging.models import ContactPolicy, Message, MessageBody
from messaging.templating.rendering import Writing, written_for_contacts
from tests.api.calling import api_of
from tests.factories import contact
from tests.messaging.inbox.talks import from_them

MAILS = "/hooks/email/mailgun/inbound/"


@pytest.fixture
def maria(people):
    ContactPolicy.objects.update(quiet_from=None, quiet_to=None, weekends=True)
    return contact("Maria", last_name="Santos", owner=people.sam, custom={"score": "CONFIDENTIAL"})


@pytest.fixture
def sam(people):
    client = Client()
    client.force_login(people.sam)
    return client


def about_to_leave() -> Writing:
    row = Claimed(*Message.objects.filter(direction="out").values_list(*COLUMNS).get())
    return written_for_contacts([row], now=timezone.now())[row.pk]


@pytest.mark.parametrize("theirs", ["Your {{ contact.custom.score }}", "{{{ contact.custom.score }}}", "Order {{ 5 %}"])
def test_a_field_in_the_subject_of_their_mail_is_no_field_in_the_answer(people, maria, sam, theirs):
    from_them(maria, "Hello", subject=theirs, kind="person", data={"message_id": "1@example.org"})
    page = sam.get(f"/inbox/{maria.pk}/").content.decode()
    offered = unescape(page.split('placeholder="Subject" value="')[1].split('"')[0])
    assert offered.startswith("Re: ")
    sam.post(f"/inbox/{maria.pk}/write/", {"channel": "email", "subject": offered, "text": "Dear Maria"})
    writing = about_to_leave()
    assert writing.problem == ""
    assert "CONFIDENTIAL" not in writing.subject
    assert Message.objects.get(direction="out").data["in_reply_to"] == "<1@example.org>"


@pytest.mark.parametrize("written", ["{{ contact.nothing }}", "Order {{ 5 %}"])
def test_a_subject_with_a_field_that_cannot_be_filled_is_refused_when_it_is_written(people, maria, sam, written):
    asked = {"contact": maria.pk, "channel": "email", "subject": written, "body": "Dear Maria"}
    answer = api_of(people.sam).post("/messages", asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "subject"
    page = sam.post(f"/inbox/{maria.pk}/write/", {"channel": "email", "subject": written, "text": "Dear Maria"})
    assert page.status_code == 422
    assert not Message.objects.filter(direction="out").exists()


def test_senders_without_an_address_are_not_taken_for_one(people):
    mine, others = (from_them(None, words, sender="") for words in ("Apricot", "Bergamot"))
    lena = contact("Lena", owner=people.mara)
    client = Client()
    client.force_login(people.mara)
    page = client.get(f"/inbox/unknown/{mine.pk}/").content.decode()
    assert page.count("Apricot") > page.count("Bergamot")
    client.post(f"/inbox/unknown/{mine.pk}/attach/", {"contact": lena.pk})
    mine.refresh_from_db()
    others.refresh_from_db()
    assert (mine.contact_id, others.contact_id) == (lena.pk, None)


@pytest.mark.django_db
@pytest.mark.parametrize("token", ['"\\ud800"', '"a"'])
def test_letters_that_are_none_in_a_signature_are_refused(settings, token):
    settings.MAILGUN_WEBHOOK_KEY = "key"
    body = f'{{"signature": {{"timestamp": "1", "token": {token}, "signature": "\\ud800"}}}}'
    assert Client().post("/hooks/email/mailgun/", body, content_type="application/json").status_code == 403


@pytest.mark.django_db
def test_json_that_would_unfold_into_millions_is_refused_before_anybody_is_believed(settings):
    settings.MAILGUN_WEBHOOK_KEY = "key"
    body = b'{"a": [' + b"{}," * 300_000 + b"{}]}"
    assert Client().post(MAILS, body, content_type="application/json").status_code == 413


@pytest.mark.parametrize("path", ["\x7f.pem", " .pem", "\ud800.pem", "a\\b.pem"])
def test_a_certificate_is_not_looked_for_at_what_is_no_address(path):
    assert sns.public_key(f"https://sns.us-east-1.amazonaws.com/{path}") is None


def test_the_api_hides_the_links_with_which_a_colleague_acts(people):
    now = timezone.now()
    mail = Message.objects.create(
        user=people.sam, direction="out", kind="assigned", channel="email", status="sent", dedupe_key="mail",
        created_at=now, send_after=now,
    )  # fmt: skip
    MessageBody.objects.create(message=mail, text="Done? https://crm.example.com/a/1:secret/ it is")
    said = api_of(people.ada).get(f"/messages/{mail.pk}").json()
    assert said["body"] == "Done? https://crm.example.com/a/hidden/ it is"


def test_a_browser_of_no_address_is_none_of_ours(sam):
    assert sam.post("/settings/notifications/push/remove/", {"endpoint": "\0"}).status_code == 302


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "::127.0.0.1", "::ffff:10.0.0.1"],
)
def test_an_inner_machine_is_known_behind_every_spelling(address):
    assert not outward.is_outside(address)


@pytest.mark.parametrize("address", ["64:ff9b::808:808", "2606:4700::1111", "8.8.8.8"])
def test_a_machine_outside_is_one(address):
    assert outward.is_outside(address)


def test_a_host_in_letters_that_no_header_takes_is_refused(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("127.0.0.1", 9))])
    with pytest.raises(outward.NotOutside):
        outward.post_outward("http://例え.jp/a", b"", {}, timeout=(1, 1), allow_private=True)
    assert check_address("https://例え.jp/a")


def test_an_answer_that_comes_letter_by_letter_holds_nobody_up():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            asker, _ = server.accept()
            with asker, suppress(OSError):
                asker.recv(65_536)
                asker.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
                for _ in range(10):
                    asker.sendall(b"x")
                    time.sleep(0.3)

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert outward.post_outward(address, b"", {}, timeout=(1, 1), allow_private=True).status == 200
        assert time.monotonic() - began < 1.5
        thread.join()
