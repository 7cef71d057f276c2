"""WhatsApp Cloud: Meta's calls are verified, read as its own examples are meant, and never break anything."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from messaging import arrivals
from messaging.arrivals import NewArrival
from messaging.hooks.kinds import WHATSAPP_CLOUD
from messaging.hooks.whatsapp_cloud import event_of, message_of, values_of
from messaging.models import Arrival, Message
from tests.factories import NOW, contact
from tests.messaging.incoming.messages import sent

SECRET = "app-secret"


@pytest.fixture(autouse=True)
def meta(settings: Any) -> None:
    settings.WHATSAPP_APP_SECRET, settings.WHATSAPP_VERIFY_TOKEN = SECRET, "verify-me"


def wrapped(**value: Any) -> bytes:
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", **value}}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()


def post(body: bytes, secret: str = SECRET) -> int:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return (
        Client()
        .post(  # type: ignore[no-any-return]
            "/hooks/whatsapp/", body, content_type="application/json", headers={"X-Hub-Signature-256": signature}
        )
        .status_code
    )


@pytest.mark.django_db
def test_signed_calls_are_kept_once_and_forged_ones_refused() -> None:
    body = wrapped(messages=[])
    assert [post(body), post(body), post(body, "forged"), post(body, "")] == [200, 200, 403, 403]
    assert Client().post("/hooks/whatsapp/", body, content_type="application/json").status_code == 403
    assert Arrival.objects.count() == 1


def test_meta_s_question_is_answered_for_the_right_token_only() -> None:
    ask = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    answer = Client().get("/hooks/whatsapp/", ask | {"hub.verify_token": "verify-me"})
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert Client().get("/hooks/whatsapp/", ask | {"hub.verify_token": "guess"}).status_code == 403
    assert Client().get("/hooks/whatsapp/").status_code == 403


@pytest.mark.realdata
def test_meta_s_examples_mean_what_they_should(shared_data: Path) -> None:
    cases = json.loads((shared_data / "webhooks" / "whatsapp_cloud.json").read_text())
    for case in cases:
        body = json.dumps(case["payload"]).encode()
        for value in values_of(body):
            for told in value.get("messages", []):
                one = message_of(told, {}, "", at=NOW)
                assert one is not None, case["case"]
                assert (one.kind == "unknown") == (told["type"] == "unknown"), case["case"]
                assert one.text or one.kind == "unknown", case["case"]
            for told in value.get("statuses", []):
                event = event_of(told, at=NOW)
                assert event is not None, case["case"]
                assert event.kind == told["status"]
    assert len(cases) >= 10


@pytest.mark.django_db
def test_a_message_and_the_fate_of_ours_come_in_one_call() -> None:
    ana = contact(phone="+4917012345678")
    ours = sent(ana, channel="whatsapp", provider_id="wamid.A")
    told = {"from": "4917012345678", "id": "wamid.B", "timestamp": "1", "type": "text", "text": {"body": "Yes"}}
    body = wrapped(
        contacts=[{"wa_id": "4917012345678", "profile": {"name": "Ana"}}],
        messages=[told | {"context": {"id": "wamid.A"}}],
        statuses=[{"id": "wamid.A", "status": "read", "timestamp": "2", "recipient_id": "4917012345678"}],
    )
    assert post(body) == 200
    arrivals.read_due(NOW + timedelta(days=3650))
    got = Message.objects.get(direction="in")
    assert (got.contact_id, got.answers, got.data["sender_name"]) == (ana.pk, ours.pk, "Ana")
    ours.refresh_from_db()
    assert ours.status == "read"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"5", b"{", b'{"entry": 5}', b'{"entry": [{"changes": [{"value": {"messages": [7, {}]}}]}]}']
)
def test_nonsense_is_let_go(body: bytes) -> None:
    arrivals.store([NewArrival(WHATSAPP_CLOUD, "meta", "k", {}, body)], now=NOW)
    arrivals.read_due(NOW)
    assert Arrival.objects.get().state == "done"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "body", "from", "id", "type", "timestamp", "errors", "status", "context"]), inner, max_size=5),
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["text", "from", "id", "type", "timestamp", "errors", "status", "context"]), plain)
)
def test_any_shape_is_read_without_error(told: dict[str, Any]) -> None:
    message_of(told, {}, "", at=NOW)
    event_of(told, at=NOW)
