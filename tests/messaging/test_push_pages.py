"""Browsers that take pushes: each colleague's own, offered where a key is set up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from messaging.models import PushSubscription
from messaging.push_browsers import MOST, add_browser, browser_named
from messaging.push_encryption import number_of, padded_off, point

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENDPOINT = "https://push.example.com/send/1"


@pytest.fixture(autouse=True)
def server_key(settings):
    settings.WEB_PUSH_KEY = number_of(ec.generate_private_key(ec.SECP256R1()))


def keys():
    return {
        "p256dh": padded_off(point(ec.generate_private_key(ec.SECP256R1()).public_key())),
        "auth": padded_off(b"0123456789abcdef"),
    }


def test_a_browser_is_remembered_and_forgotten(client, people):
    client.force_login(people.sam)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    answer = client.post(
        "/settings/notifications/push/", {"endpoint": ENDPOINT, **keys()}, headers={"user-agent": agent}
    )
    assert answer.status_code == 302
    kept = PushSubscription.objects.get()
    assert (kept.user, kept.browser) == (people.sam, "Firefox on Linux")
    page = client.get("/settings/notifications/").content.decode()
    assert "Firefox on Linux" in page
    assert ENDPOINT not in page
    client.post("/settings/notifications/push/remove/", {"browser": kept.pk})
    assert not PushSubscription.objects.exists()


def test_nobody_removes_the_browser_of_another(client, people):
    kept = add_browser(people.ada, endpoint=ENDPOINT, **keys(), browser="x", now=NOW)
    client.force_login(people.sam)
    client.post("/settings/notifications/push/remove/", {"browser": kept.pk})
    client.post("/settings/notifications/push/remove/", {"endpoint": ENDPOINT})
    assert PushSubscription.objects.exists()


def test_a_browser_that_somebody_else_takes_over_is_theirs(people):
    add_browser(people.ada, endpoint=ENDPOINT, **keys(), browser="x", now=NOW)
    add_browser(people.sam, endpoint=ENDPOINT, **keys(), browser="x", now=NOW)
    assert PushSubscription.objects.get().user == people.sam


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "http://127.0.0.1/"}, {"endpoint": ""}, {"p256dh": "x"}, {"auth": "YQ"}, {"auth": "é"}]
)
def test_what_is_no_subscription_is_refused(client, people, wrong):
    client.force_login(people.sam)
    answer = client.post("/settings/notifications/push/", {"endpoint": ENDPOINT, **keys(), **wrong})
    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()


def test_nobody_has_more_browsers_than_anybody_has(people):
    for number in range(MOST + 3):
        add_browser(people.sam, endpoint=f"{ENDPOINT}{number}", **keys(), browser="x", now=NOW)
    assert PushSubscription.objects.count() == MOST


def test_without_a_key_pushes_are_not_offered(client, people, settings):
    client.force_login(people.sam)
    assert b"By push" in client.get("/settings/notifications/").content
    settings.WEB_PUSH_KEY = ""
    assert b"By push" not in client.get("/settings/notifications/").content


def test_the_worker_stands_at_the_root(client, db):
    answer = client.get("/push-worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in answer.content


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("", "A browser"),
    ],
)
def test_browsers_are_named_for_people(agent, name):
    assert browser_named(agent) == name
