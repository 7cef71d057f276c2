"""Templates all the way: written, judged, filled and handed over; what cannot be whole never leaves."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from crm.models import Contact
from messaging.delivery import deliver_due
from messaging.models import Message, MessageBody, MessageTemplate
from messaging.templating import catalogue
from messaging.templating.checking import Draft
from messaging.templating.starters import STARTERS
from messaging.writing import ToContact, write_to_contacts
from tests.factories import NOW, contact
from tests.messaging.templating.making import template
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings: Any, tmp_path: Path) -> Path:
    settings.KEEP_DIR = str(tmp_path)
    settings.EMAIL_PROVIDER = settings.SMS_PROVIDER = settings.WHATSAPP_PROVIDER = "keep"
    return tmp_path


def written(who: Contact, channel: str, one: MessageTemplate, **more: Any) -> Message:
    made = ToContact(who.pk, "nudge", f"{one.pk}:{who.pk}", channel=channel, template_id=one.pk, fallback=False, **more)
    [answer] = write_to_contacts([made], now=NOW)
    deliver_due(NOW)
    return Message.objects.get(pk=answer.message_id or 0)


def ana(**fields: Any) -> Contact:
    plain = {"time_zone": "UTC", "phone": "+639171234567", "email": "ana@example.org", "language": "es"}
    return contact(fields.pop("first_name", "Ana"), **(plain | fields))


def test_a_mail_of_blocks_leaves_in_the_language_of_the_contact(kept: Path, people: People) -> None:
    one = catalogue.make(STARTERS[0].label, STARTERS[0].drafts, by=people.mara, now=NOW)
    message = written(ana(owner=people.sam), "email", one)
    assert message.status in ("sent", "delivered"), message.reason
    assert message.subject == "Te damos la bienvenida, Ana"
    mail = message_from_bytes(next(kept.rglob("*.eml")).read_bytes(), policy=policy.default)
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert f"Soy {people.sam.name}" in html.get_content()
    assert f"Soy {people.sam.name}" in text.get_content()
    assert "{{" not in html.get_content() + text.get_content()


def test_a_mail_that_would_have_a_hole_does_not_leave(kept: Path) -> None:
    one = template(subject="Hi", text="Dear {{ contact.first_name }},")
    message = written(ana(first_name=""), "email", one)
    assert message.status == "failed"
    assert "{{ contact.first_name }} is empty for this contact" in message.reason
    assert not list(kept.rglob("*.eml"))
    assert not MessageBody.objects.filter(message=message.pk).exists()


def test_approved_words_leave_outside_the_window_and_free_ones_do_not() -> None:
    text = "Hi {{ contact.first_name|there }}"
    approved = template("whatsapp", text=text, whatsapp_sid="HX1", whatsapp_state="approved")
    pending = template("whatsapp", text=text, whatsapp_sid="HX2", whatsapp_state="pending")
    assert written(ana(), "whatsapp", approved).status in ("sent", "delivered")
    assert written(ana(email="b@example.org", phone="+639171234568"), "whatsapp", pending).status == "suppressed"


def test_what_waits_leaves_with_the_words_as_they_are_by_then(people: People) -> None:
    one = catalogue.make(catalogue.Label("Ping", "sms"), [Draft("en", text="Before")], by=people.mara, now=NOW)
    later = NOW + timedelta(hours=1)
    message = written(ana(), "sms", one, send_after=later)
    rows = MessageTemplate.objects.filter(pk=one.pk)
    catalogue.change(rows, drafts=[Draft("en", text="After")], now=NOW)
    catalogue.archive(rows, by=people.mara, now=NOW)
    deliver_due(later)
    assert MessageBody.objects.get(message=message.pk).text == "After"
