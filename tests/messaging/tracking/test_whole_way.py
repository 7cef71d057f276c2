"""A marketing mail from the outbox to the reader and back: links, pixel, leaving; and nothing leaves after that (G4)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import Settings

from messaging.channels.email_keep import EmailKeep
from messaging.delivery import deliver_due
from messaging.models import ContactPolicy, ContactPreference, Decision, Message, MessageEvent
from messaging.tracking.links import links_of
from messaging.writing import ToContact, write_to_contacts
from tests.messaging.tracking.conftest import NOW

if TYPE_CHECKING:
    from crm.models import Contact

HTML = '<html><body><p>Hello</p><a href="https://school.example/courses?a=1&amp;b=2">Courses</a></body></html>'


@pytest.fixture
def kept(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Mails are kept in a directory; everything is served under one address."""
    settings.SITE_URL = "https://crm.school.example"
    keep = EmailKeep(tmp_path, "School <crm@school.example>")
    monkeypatch.setattr("messaging.delivery.channel_named", lambda name: keep)
    ContactPolicy.objects.update(postal_address="School, 1 Long Road", quiet_from=None, quiet_to=None, weekends=True)
    return tmp_path


def wrote(who: Contact, key: str = "one", topic: str = "marketing") -> int:
    one = ToContact(who.pk, "newsletter", key, topic=topic, channel="email", subject="Autumn", text="Hello", html=HTML)
    [written] = write_to_contacts([one], now=NOW)
    assert written.message_id is not None
    return written.message_id


def mail_in(kept: Path) -> EmailMessage:
    [path] = kept.rglob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_the_mail_that_leaves_leads_to_its_page_and_out(maria: Contact, kept: Path, client: Client) -> None:
    pk = wrote(maria)
    deliver_due(NOW)
    mail = mail_in(kept)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link, leave, choose, hidden = (url.removeprefix("https://crm.school.example") for url in links_of(html_of(mail)))
    assert client.get(link)["Location"] == "https://school.example/courses?a=1&b=2"
    assert client.get(leave).status_code == client.get(choose).status_code == client.get(hidden).status_code == 200
    assert list(MessageEvent.objects.filter(kind="clicked").values_list("message_id", flat=True)) == [pk, pk]
    address = str(mail["List-Unsubscribe"]).split(">")[0].removeprefix("<https://crm.school.example")
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert maria.consents.get().state == "withdrawn"
    assert "School, 1 Long Road" in html_of(mail)


def test_the_words_that_are_kept_are_unmarked(maria: Contact, kept: Path) -> None:
    pk = wrote(maria)
    deliver_due(NOW)
    assert "/t/c/" not in Message.objects.get(pk=pk).body.html


def test_who_wants_no_tracking_gets_plain_links_and_the_way_out(maria: Contact, kept: Path) -> None:
    ContactPreference.objects.create(contact=maria, tracking=False, updated_at=NOW)
    wrote(maria)
    deliver_due(NOW)
    there = html_of(mail_in(kept))
    assert "https://school.example/courses" in there
    assert "/t/c/" not in there
    assert "/t/o/" not in there
    assert "/t/u/" in there


def test_an_organisation_without_tracking_sends_none(maria: Contact, kept: Path) -> None:
    ContactPolicy.objects.update(tracking=False)
    wrote(maria)
    deliver_due(NOW)
    assert "/t/o/" not in html_of(mail_in(kept))


def test_what_waits_when_somebody_leaves_never_leaves(maria: Contact, kept: Path, client: Client) -> None:
    pk = wrote(maria)
    from messaging.tracking.tokens import unsubscribe_token

    client.post(f"/t/u/{unsubscribe_token(maria.pk, 'email', 'marketing', 0)}", {"List-Unsubscribe": "One-Click"})
    deliver_due(NOW)
    assert not list(kept.rglob("*.eml"))
    assert Message.objects.get(pk=pk).status == "suppressed"
    assert Decision.objects.filter(message=pk, verdict="refuse").order_by("pk").last().rule == "opted_out"  # type: ignore[union-attr]


def test_what_is_written_after_that_is_refused_and_their_own_matters_still_come(
    maria: Contact, kept: Path, client: Client
) -> None:
    from messaging.tracking.tokens import unsubscribe_token

    client.post(f"/t/u/{unsubscribe_token(maria.pk, 'email', 'marketing', 0)}", {"do": "leave"})
    refused, service = wrote(maria, "later"), wrote(maria, "service", topic="service")
    deliver_due(NOW)
    assert Message.objects.get(pk=refused).status == "suppressed"
    assert Message.objects.get(pk=service).status == "sent"
    assert mail_in(kept)["List-Unsubscribe"] is None


def test_switching_a_way_on_again_lifts_their_own_stop_and_no_other(maria: Contact, client: Client) -> None:
    from messaging.models import Suppression
    from messaging.suppressing import Stop, suppress
    from messaging.tracking.tokens import preferences_token
    from tests.messaging.tracking.test_pages import wishes

    suppress([Stop("sms", maria.phone, "opt_out"), Stop("email", maria.email, "complaint")], by=None, now=NOW)
    page = f"/p/{preferences_token(maria.pk)}/"
    before = wishes(maria)["allow"]
    client.post(page, wishes(maria, stop="1"))
    client.post(page, wishes(maria, allow=before))
    assert list(Suppression.objects.filter(lifted_at__isnull=True).values_list("reason", flat=True)) == ["complaint"]
