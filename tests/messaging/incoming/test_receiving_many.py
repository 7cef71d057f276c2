"""What comes in oddly, with files, or a thousand at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Contact
from messaging.attachments import listed
from messaging.mail_reading import Attachment
from messaging.receiving import receive
from tests.factories import contacts
from tests.messaging.incoming.messages import sent
from tests.messaging.incoming.test_receiving import LATER, mail, own_id, take

pytestmark = pytest.mark.django_db


def test_odd_signs_and_endless_texts_are_kept_as_far_as_they_can_be() -> None:
    [got] = take(mail(subject="a\r\nBcc: x@y\0" + "z" * 999, text="\ud800" + "x" * 600_000, sender="q" * 999))
    assert got.subject.startswith("a Bcc: x@y")
    assert len(got.sender) == 320
    assert got.body.text.endswith("characters.]")


def test_files_are_kept_and_named(settings: Any, tmp_path: Any) -> None:
    settings.PRIVATE_DIR = str(tmp_path)
    [got] = take(mail(attachments=(Attachment("offer.pdf", "application/pdf", 3, b"pdf"),)))
    assert got.data["attachments"][0]["name"] == "offer.pdf"
    assert [one.name for one in listed(got.pk)] == ["offer.pdf"]


def test_a_thousand_take_as_many_queries_as_ten() -> None:
    counts = []
    for number in (10, 1000):
        messages = [sent(one) for one in contacts(number)]
        batch = [
            mail(f"{number}:{i}", sender=one.to, in_reply_to=(own_id(one),), kind=["person", "auto_ack"][i % 2])
            for i, one in enumerate(messages)
        ]
        with CaptureQueriesContext(connection) as seen:
            assert len(receive(batch, now=LATER)) == number
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16, counts
    assert Contact.objects.filter(last_two_way_at=LATER).count() == 505
