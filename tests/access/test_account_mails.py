"""Mails about somebody's own account: in our words, with links that no request can bend."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.people import People


@pytest.fixture
def asked(client: Client, people: People, settings: Any) -> Client:
    """A visitor whose browser claims to be on another host."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://crm.example.com", ["*"]
    client.defaults |= {"HTTP_HOST": "evil.example", "secure": True}
    return client


def ask(client: Client, email: str) -> Any:
    assert client.post("/accounts/password/reset/", {"email": email}).status_code == 302
    [sent] = mail.outbox
    return sent


def test_the_link_to_a_new_password_leads_to_our_own_site(asked: Client) -> None:
    sent = ask(asked, "sam@example.com")
    html = sent.alternatives[0][0]
    for words in (sent.subject, sent.body, html):
        assert "evil" not in words
    assert "https://crm.example.com/accounts/password/reset/key/" in sent.body
    assert "https://crm.example.com/accounts/password/reset/key/" in html
    assert sent.subject == "Choose a new password"
    path = next(line for line in sent.body.splitlines() if "/key/" in line).removeprefix("https://crm.example.com")
    page = asked.get(path, follow=True)
    assert "password1" in page.content.decode()


def test_an_address_that_nobody_has_is_told_so_and_offered_no_sign_up(asked: Client) -> None:
    sent = ask(asked, "stranger@example.com")
    assert sent.subject == "Nobody here has this address"
    assert "signup" not in sent.body


def test_a_new_address_is_confirmed_on_our_own_site(asked: Client, people: People) -> None:
    asked.force_login(people.sam)
    asked.post("/accounts/email/", {"email": "sam.new@example.com", "action_add": ""})
    [sent] = mail.outbox
    assert sent.subject == "Confirm this address"
    assert "https://crm.example.com/accounts/confirm-email/" in sent.body
