"""What is not there gets our own page, whoever runs it: a developer's machine is where people see it first."""

from typing import Any

import pytest
from django.test import Client

from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "address", ["/nothing/", "/contacts/999999/", "/contacts/99999999999999999999/", "/help/none/"]
)
def test_our_page_says_so(client: Client, settings: Any, address: str, debug: bool) -> None:
    settings.DEBUG = debug
    client.force_login(person("Sam"))
    answer = client.get(address, secure=True)
    assert answer.status_code == 404
    assert "<h1>Nothing here</h1>" in answer.content.decode()


def test_the_api_answers_in_its_own_words(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    answer = client.get("/api/v1/nothing", secure=True)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_an_address_without_its_slash_leads_on(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    assert client.get("/contacts", secure=True)["Location"] == "/contacts/"
