"""Live updates: from the commit to the open page, to the right person only."""

import json
import socket
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from django.db import transaction
from django.test import Client

from crm.models import User
from messaging.live import LiveApplication
from messaging.live_updates import publish
from messaging.notices import Notice, NoticeKind, register_notice, tell

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
register_notice(NoticeKind("test_bell", "Test bells"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    """Serve the live application on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    application = LiveApplication()
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not (server.started and application.hub.ready.is_set()):
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/live/"
    server.should_exit = True
    thread.join(5)


def person(name):
    user = User.objects.create_user(f"{name}@example.com", full_name=name.title())
    client = Client()
    client.force_login(user)
    return user, {"sessionid": client.cookies["sessionid"].value}


def listen(address, cookies, **headers):
    return httpx.stream("GET", address, cookies=cookies, headers=headers, timeout=5)


def said(lines):
    """The next word of a stream."""
    return json.loads(next(line for line in lines if line.startswith("data: ")).removeprefix("data: "))


def test_a_notice_reaches_the_open_page_within_a_tenth_of_a_second_of_the_commit(address):
    ana, cookies = person("ana")
    with listen(address, cookies) as stream:
        lines = stream.iter_lines()
        assert said(lines) == {"event": "hello", "refresh": False}
        waits = []
        for n in range(20):
            with transaction.atomic():
                tell([Notice(ana.pk, "test_bell", f"Call {n}", dedupe_key=f"k{n}")], now=NOW)
            committed = time.perf_counter()
            assert said(lines) == {"event": "notice", "text": f"Call {n}", "unread": n + 1}
            waits.append(time.perf_counter() - committed)
    assert sorted(waits)[18] < 0.1


def test_nobody_hears_what_is_for_others(address):
    ana, cookies = person("ana")
    ben, _ = person("ben")
    with listen(address, cookies) as stream:
        lines = stream.iter_lines()
        said(lines)
        publish([ben.pk], "changed", {"n": 1})
        publish([ana.pk, ben.pk], "changed", {"n": 2})
        assert said(lines) == {"event": "changed", "n": 2}


def test_nothing_is_heard_of_what_was_rolled_back(address):
    ana, cookies = person("ana")
    with listen(address, cookies) as stream:
        lines = stream.iter_lines()
        said(lines)
        with transaction.atomic():
            publish([ana.pk], "changed", {"n": 1})
            transaction.set_rollback(True)
        publish([ana.pk], "changed", {"n": 2})
        assert said(lines)["n"] == 2


def test_whoever_comes_back_is_asked_to_look_again(address):
    _, cookies = person("ana")
    with listen(address, cookies, **{"Last-Event-ID": "5"}) as stream:
        assert said(stream.iter_lines())["refresh"] is True


@pytest.mark.parametrize("cookies", [{}, {"sessionid": "forged"}, {"sessionid": "x" * 5000}])
def test_strangers_hear_nothing(address, cookies):
    assert httpx.get(address, cookies=cookies).status_code == 401


def test_a_closed_account_hears_nothing(address):
    ana, cookies = person("ana")
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert httpx.get(address, cookies=cookies).status_code == 401


def test_a_page_of_another_site_is_refused(address):
    _, cookies = person("ana")
    assert httpx.get(address, cookies=cookies, headers={"Origin": "https://evil.example"}).status_code == 403


def test_our_page_on_another_port_may_listen(address):
    _, cookies = person("ana")
    with listen(address, cookies, Origin="http://127.0.0.1:8000") as stream:
        assert stream.headers["access-control-allow-origin"] == "http://127.0.0.1:8000"
        assert stream.headers["access-control-allow-credentials"] == "true"


def test_a_hundred_pages_are_open_at_once(address):
    ana, cookies = person("ana")
    with httpx.Client(timeout=10, limits=httpx.Limits(max_connections=200)) as client:
        streams = [client.stream("GET", address, cookies=cookies) for _ in range(100)]
        lines = [stream.__enter__().iter_lines() for stream in streams]
        for one in lines:
            said(one)
        publish([ana.pk], "changed", {"n": 1})
        assert all(said(one)["n"] == 1 for one in lines)
        for stream in streams:
            stream.__exit__(None, None, None)
