"""The pages of webhooks: what was called, what a person does about it, and secrets that are seen once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messaging.models import WebhookCall, WebhookSecret
from messaging.webhooks.writing import NewCall, write_calls
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db
PAGE = "/operations/webhooks/"
SECRETS = "/settings/webhooks/"


@pytest.fixture
def ada(client: Client, people: People) -> Client:
    client.force_login(people.ada)
    return client


def parked(count: int = 1, **fields: Any) -> list[WebhookCall]:
    """Calls that wait for a person."""
    keys = [f"{n}:{WebhookCall.objects.count()}" for n in range(count)]
    url = "https://hooks.example.com/catch/very-secret-part?token=hush"
    fields.setdefault("contact_id", None)
    write_calls([NewCall(key, url, {"a": 1}, **fields) for key in keys], now=NOW)
    WebhookCall.objects.filter(key__in=keys).update(status="parked", attempts=8, last_error="<b>No</b>", tried_at=NOW)
    return list(WebhookCall.objects.filter(key__in=keys).order_by("pk"))


def test_an_empty_page_says_what_belongs_there(ada: Client) -> None:
    assert "No webhook was called yet" in ada.get(PAGE).content.decode()
    assert "None in this state" in ada.get(PAGE + "?status=parked").content.decode()


def test_the_page_shows_whom_for_whom_and_why_not_without_the_secret_part(ada: Client) -> None:
    maria = contact("Maria")
    parked(contact_id=maria.pk)
    page = ada.get(PAGE).content.decode()
    for words in ("hooks.example.com", "/catch/ve…", f"/contacts/{maria.pk}/", "Waits for a person", "&lt;b&gt;No"):
        assert words in page
    assert "very-secret-part" not in page
    assert "hush" not in page


def test_one_is_tried_again_or_given_up(ada: Client) -> None:
    one, two = parked(2)
    assert ada.post(PAGE + "again/?status=parked", {"ids": one.pk}).headers["Location"] == PAGE + "?status=parked"
    ada.post(PAGE + "give-up/", {"ids": two.pk})
    assert dict(WebhookCall.objects.values_list("pk", "status")) == {one.pk: "pending", two.pk: "dropped"}
    assert "tried again now" in ada.get(PAGE).content.decode()


def test_all_that_wait_are_tried_again_at_once_and_only_they(ada: Client) -> None:
    parked(3)
    taken = parked()[0]
    WebhookCall.objects.filter(pk=taken.pk).update(status="failed")
    ada.post(PAGE + "again/", {"all": "1"})  # without a state nothing is meant
    assert not WebhookCall.objects.filter(status="pending").exists()
    ada.post(PAGE + "again/?status=parked", {"all": "1"})
    assert WebhookCall.objects.filter(status="pending").count() == 3
    taken.refresh_from_db()
    assert taken.status == "failed"


@pytest.mark.parametrize("asked", ["?status=nonsense", "?before=x", "?after=99999999999999999999", "?status=%00", "?before=-1"])  # fmt: skip
def test_nonsense_in_the_address_is_left_out(ada: Client, asked: str) -> None:
    parked()
    assert "hooks.example.com" in ada.get(PAGE + asked).content.decode()


@pytest.mark.parametrize("ids", ["", "x", "9" * 40, "\0", "-1", "1,2,x"])
def test_nonsense_among_the_picked_changes_nothing(ada: Client, ids: str) -> None:
    parked()
    WebhookCall.objects.update(status="sent")
    assert ada.post(PAGE + "again/", {"ids": ids}).status_code == 302
    assert WebhookCall.objects.get().status == "sent"


def test_pages_follow_one_another_in_both_directions(ada: Client) -> None:
    calls = parked(120)
    first = ada.get(PAGE).content.decode()
    assert f"?before={calls[70].pk}" in first
    second = ada.get(f"{PAGE}?before={calls[70].pk}").content.decode()
    assert f"?after={calls[69].pk}" in second
    assert f"?before={calls[20].pk}" in second
    assert "?before=" in ada.get(f"{PAGE}?after={calls[20].pk}").content.decode()


def test_a_page_costs_the_same_whatever_is_on_it(ada: Client) -> None:
    ada.get(PAGE)
    counts = []
    for size in (1, 30):
        for n in range(size):
            parked(contact_id=contact(f"Client{size}{n}").pk)
        with CaptureQueriesContext(connection) as seen:
            ada.get(PAGE)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_operations_page_says_how_many_wait(ada: Client) -> None:
    assert "None waits for a person:" in ada.get("/operations/").content.decode()
    parked(2)
    assert "2 wait for a person" in ada.get("/operations/").content.decode()


def shown_secret(page: str) -> str:
    return "whsec_" + page.split("<span>whsec_")[1].split("<")[0]


def test_the_standard_secret_is_made_and_seen_once(ada: Client) -> None:
    assert "Make the standard secret" in ada.get(SECRETS).content.decode()
    answer = ada.post(SECRETS, {"change": "standard"})
    secret = shown_secret(answer.content.decode())
    assert len(secret) == 50
    assert "no-store" in answer.headers["Cache-Control"]
    page = ada.get(SECRETS).content.decode()
    assert secret not in page
    assert "Make the standard secret" not in page


def test_a_secret_is_made_under_a_name_changed_and_ended(ada: Client) -> None:
    first = shown_secret(ada.post(SECRETS, {"name": "The shop"}).content.decode())
    row = WebhookSecret.objects.get(name="The shop")
    second = shown_secret(ada.post(SECRETS, {"change": row.pk}).content.decode())
    assert first != second
    assert "The one before is valid until" in ada.get(SECRETS).content.decode()
    ada.post(f"{SECRETS}{row.pk}/end/")
    assert "The shop" not in ada.get(SECRETS).content.decode().split("<main")[1].split("toast")[0]
    assert ada.post(f"{SECRETS}{row.pk}/end/").status_code == 404
    assert "not in use any more" in ada.post(SECRETS, {"change": row.pk}).content.decode()


def test_a_name_that_is_there_already_is_refused_with_what_was_typed(ada: Client) -> None:
    ada.post(SECRETS, {"name": "The shop"})
    answer = ada.post(SECRETS, {"name": "the SHOP"})
    assert answer.status_code == 422
    assert "There is a secret of this name already." in answer.content.decode()
    assert 'value="the SHOP"' in answer.content.decode()


@pytest.mark.parametrize("asked", [{"name": "a\0b"}, {"name": "x" * 200}, {"change": "9" * 30}, {"change": "\0"}])
def test_nonsense_about_secrets_is_no_error_and_changes_none(ada: Client, asked: dict[str, str]) -> None:
    ada.post(SECRETS, {"change": "standard"})
    before = list(WebhookSecret.objects.values())
    assert ada.post(SECRETS, asked).status_code in (200, 422)
    assert list(WebhookSecret.objects.values()) == before
    assert ada.post(f"{SECRETS}{2**70}/end/").status_code == 404


@pytest.mark.parametrize("who", ["mara", "sam", "vera"])
def test_nobody_else_sees_calls_or_secrets(client: Client, people: People, who: str) -> None:
    client.force_login(getattr(people, who))
    for ask in (client.get, client.post):
        assert _status(ask, SECRETS) == 403
    assert _status(client.get, PAGE) == 403
    assert _status(client.post, PAGE + "again/") == 403


def _status(ask: Callable[..., Any], address: str) -> int:
    return int(ask(address).status_code)
