"""The outbox of webhooks: what is written, and what is refused at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from messaging.models import WebhookCall
from messaging.webhooks.addresses import problem_with
from messaging.webhooks.setting_check import check_allowed_hosts
from messaging.webhooks.writing import MOST_BYTES, NewCall, write_calls
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/catch"


def new(key: str = "one", **said: Any) -> NewCall:
    """One call as an automation writes it."""
    return NewCall(**{"key": key, "url": URL, "body": {"a": 1}, "contact_id": None} | said)


def stored(key: str = "one") -> WebhookCall:
    return WebhookCall.objects.get(key=key)


def test_a_call_waits_to_be_sent_at_once() -> None:
    maria = contact()
    ids = write_calls([new(contact_id=maria.pk, cause_kind="visit", cause_id=7)], now=NOW)
    call = stored()
    assert ids == {"one": call.pk}
    assert (call.status, call.next_at, call.attempts, call.host) == ("pending", NOW, 0, "hooks.example.com")
    assert (call.body, call.contact, call.cause_kind, call.cause_id) == ({"a": 1}, maria, "visit", 7)


def test_a_known_key_is_left_alone_and_its_id_returned() -> None:
    first = write_calls([new()], now=NOW)
    again = write_calls([new(body={"b": 2}), new("two")], now=NOW + timedelta(hours=1))
    assert again["one"] == first["one"]
    assert set(again) == {"one", "two"}
    assert stored().body == {"a": 1}


def test_the_same_key_twice_in_a_set_is_one_call() -> None:
    assert len(write_calls([new(), new(body={"b": 2})], now=NOW)) == 1
    assert stored().body == {"a": 1}


def test_a_set_is_one_statement_whatever_its_size() -> None:
    counts = []
    for size in (1, 40):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            write_calls([new(f"{size}:{n}") for n in range(size)], now=NOW)
        counts.append(len(seen))
    assert counts == [1, 1]
    assert write_calls([], now=NOW) == {}


def test_what_is_rolled_back_was_never_written() -> None:
    with transaction.atomic():
        write_calls([new()], now=NOW)
        transaction.set_rollback(True)
    assert not WebhookCall.objects.exists()


def test_an_address_that_is_never_called_is_refused_at_once_and_holds_up_no_other() -> None:
    write_calls([new("bad", url="https://127.0.0.1/"), new("good")], now=NOW)
    assert (stored("bad").status, stored("bad").last_error) == (
        "failed",
        "127.0.0.1 is a machine on the inside, where webhooks are not sent.",
    )
    assert stored("good").status == "pending"


def test_a_call_for_a_contact_who_is_gone_is_not_written() -> None:
    maria = contact()
    gone = maria.pk
    maria.delete()
    assert set(write_calls([new("gone", contact_id=gone), new()], now=NOW)) == {"one"}


def test_a_call_with_a_secret_that_is_not_there_is_refused() -> None:
    write_calls([new(secret_id=2**62)], now=NOW)
    assert stored().status == "failed"
    assert "secret" in stored().last_error


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"a": "x" * MOST_BYTES}, "256 kB"),
        ({"a": float("nan")}, "JSON"),
        ({"a": float("inf")}, "JSON"),
        ({"a": object()}, "JSON"),
        ({("a", "b"): 1}, "JSON"),
    ],
)
def test_facts_that_cannot_be_sent_are_refused_with_the_reason(body: dict[str, Any], problem: str) -> None:
    write_calls([new(body=body), new("good")], now=NOW)
    assert stored().status == "failed"
    assert problem in stored().last_error
    assert stored().body == {}
    assert stored("good").status == "pending"


def test_signs_that_the_database_cannot_hold_are_left_out() -> None:
    write_calls([new(body={"a\0": "b\0c", "d": ["\ud800"], "e": "\\u0000"}, url=URL + "?x=\0")], now=NOW)
    assert stored().body == {"a": "bc", "d": ["?"], "e": "\\u0000"}
    write_calls([new("long", url="https://example.com/" + "a" * 10_000_000)], now=NOW)
    assert stored("long").status == "failed"


def test_forms_can_ask_what_speaks_against_an_address(settings: Any) -> None:
    assert problem_with(URL) == ""
    assert problem_with("http://localhost:5678/") == "The address must begin with https://."
    assert problem_with("https://localhost:5678/").startswith("localhost is a machine on the inside")
    settings.WEBHOOK_ALLOWED_HOSTS = ["localhost"]
    assert problem_with("http://localhost:5678/") == ""


@pytest.mark.parametrize("word", ["https://n8n.internal", "n8n.internal:5678", "10.0.0.0/99", "a b", "1.2.3"])
def test_a_setting_that_names_no_host_is_found_by_the_checks(settings: Any, word: str) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["n8n.internal", "10.0.0.0/8", word]
    (wrong,) = check_allowed_hosts(None)
    assert word in wrong.msg
