"""Files that came with a message: listed in the talk and on its page, and saved only by who may see it."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from django.test import Client
from django.utils import timezone

from messaging.attachments import keep
from messaging.mail_reading import Attachment
from messaging.models import Message
from tests.factories import contact
from tests.messaging.inbox.talks import from_them

SCRIPT = b"<script>alert(1)</script>"


@pytest.fixture
def letter(people, settings, tmp_path):
    settings.PRIVATE_DIR = str(tmp_path)
    maria = contact("Maria", owner=people.sam)
    one = from_them(maria, "Here it is", at=timezone.now())
    kept = keep(one.pk, [Attachment("passport.html", "text/html", len(SCRIPT), SCRIPT)])
    Message.objects.filter(pk=one.pk).update(
        data={
            "attachments": [asdict(file) for file in kept],
            "media": [{"url": "https://api.example.com/media/1", "content_type": "image/jpeg"}, "javascript:alert(1)"],
        }
    )
    return one


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def test_files_are_listed_in_the_talk_and_on_the_page(people, letter):
    sam = client_of(people.sam)
    for address in (f"/inbox/{letter.contact_id}/", f"/messages/{letter.pk}/"):
        page = sam.get(address).content.decode()
        assert f'href="/messages/{letter.pk}/files/0/">passport.html</a>' in page
        assert 'href="https://api.example.com/media/1"' in page
        assert 'href="javascript:' not in page


def test_a_file_is_handed_out_to_be_saved_and_never_shown(people, letter):
    answer = client_of(people.sam).get(f"/messages/{letter.pk}/files/0/")
    assert b"".join(answer.streaming_content) == SCRIPT
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_who_may_not_see_the_message_gets_no_file(people, letter):
    assert client_of(people.otto).get(f"/messages/{letter.pk}/files/0/").status_code == 404
    assert client_of(people.sam).get(f"/messages/{letter.pk}/files/7/").status_code == 404
