"""The pages around signing in are ours, and closed to strangers."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/accounts/login/", "Sign in"),
        ("/accounts/password/reset/", "Forgotten your password?"),
        ("/accounts/password/reset/done/", "Look in your mailbox"),
        ("/accounts/password/reset/key/1-bad/", "This link no longer works"),
        ("/accounts/signup/", "By invitation only"),
        ("/accounts/inactive/", "This account is switched off"),
    ],
)
def test_a_page_before_signing_in_has_our_look(client: Client, address: str, heading: str) -> None:
    page = client.get(address, secure=True).content.decode()
    assert f"<h1>{heading}</h1>" in page
    assert 'class="public"' in page


def test_a_stranger_cannot_make_an_account(client: Client) -> None:
    words = {"email": "x@example.com", "password1": "long-enough-9", "password2": "long-enough-9"}
    answer = client.post("/accounts/signup/", words, secure=True)
    assert "By invitation only" in answer.content.decode()
