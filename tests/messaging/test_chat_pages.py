"""The settings of chat rooms: added, tried, changed and removed; the address is not shown again."""

from __future__ import annotations

import pytest

from messaging import chat_rooms
from messaging.models import ChatHook, Message

URL = "https://hooks.slack.com/services/T0/B0/secret"


@pytest.fixture(autouse=True)
def fresh():
    chat_rooms.forget_rooms()
    yield
    chat_rooms.forget_rooms()


@pytest.fixture
def ada(client, people):
    client.force_login(people.ada)
    return client


def add(ada, **fields):
    given = {"name": "Sales", "service": "slack", "url": URL, "kinds": ["reminder"], "team": "", "active": "on"}
    return ada.post("/settings/chat/new/", {**given, **fields})


def test_a_room_is_added_and_its_address_not_shown_again(ada):
    assert add(ada).status_code == 302
    kept = ChatHook.objects.get()
    assert (kept.name, kept.url, kept.kinds, kept.active) == ("Sales", URL, ["reminder"], True)
    for page in ("/settings/chat/", f"/settings/chat/{kept.pk}/"):
        assert b"secret" not in ada.get(page).content


def test_a_change_without_an_address_keeps_it(ada):
    add(ada)
    kept = ChatHook.objects.get()
    ada.post(f"/settings/chat/{kept.pk}/", {"name": "Leads", "service": "slack", "url": "", "kinds": []})
    kept.refresh_from_db()
    assert (kept.name, kept.url, kept.kinds, kept.active) == ("Leads", URL, [], False)


@pytest.mark.parametrize("url", ["http://hooks.slack.com/x", "https://127.0.0.1/x", "https://db.internal/", "nonsense"])
def test_an_address_on_the_inside_is_refused(ada, url):
    answer = add(ada, url=url)
    assert answer.status_code == 422
    assert not ChatHook.objects.exists()


def test_trying_it_out_writes_a_message_to_the_room(ada):
    add(ada)
    ada.post(f"/settings/chat/{ChatHook.objects.get().pk}/try/")
    message = Message.objects.get(channel="slack")
    assert (message.hook_id, message.status) == (ChatHook.objects.get().pk, "pending")


def test_a_room_that_is_not_in_use_is_not_tried(ada):
    add(ada, active="")
    ada.post(f"/settings/chat/{ChatHook.objects.get().pk}/try/")
    assert not Message.objects.filter(channel="slack").exists()


def test_a_room_is_removed(ada):
    add(ada)
    ada.post(f"/settings/chat/{ChatHook.objects.get().pk}/remove/")
    assert not ChatHook.objects.exists()


def test_what_is_not_there_is_not_found(ada):
    assert ada.get("/settings/chat/99999999999999999999/").status_code == 404
