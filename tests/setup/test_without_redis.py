"""Redis may be away altogether: pages are slower then, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from config.forgiving_cache import ForgivingRedisCache
from tests.people import everybody


@pytest.fixture
def no_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "_next_try", 0.0)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/?of=team", "/focus/", "/followups/", "/contacts/", "/messages/", "/settings/", "/search/?q=a"]
)
def test_a_page_is_shown_without_redis(client: Client, no_redis: None, address: str) -> None:
    client.force_login(everybody().mara)

    assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_one_can_sign_in_and_work_without_redis(client: Client, no_redis: None) -> None:
    everybody()

    assert client.post("/accounts/login/", {"login": "sam@example.com", "password": "demo"}).status_code == 302
    assert client.get("/").status_code == 200
