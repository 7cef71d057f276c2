"""The signature that receivers check, by the specification's own example and by another reading of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.webhooks.signing import body_of, call_id, shown, signed_headers

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: A busy machine is no fault of what is tried.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_reference_libraries_example_comes_out_the_same() -> None:
    # From the tests of the specification's reference library.
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), body, [key])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_a_secret_is_changed_both_sign() -> None:
    signatures = signed_headers("call_1_a", AT, b"{}", [b"new", b"old"])["webhook-signature"].split(" ")
    stamp = str(int(AT.timestamp()))
    for key, signature in zip((b"new", b"old"), signatures, strict=True):
        mac = hmac.new(key, f"call_1_a.{stamp}.".encode() + b"{}", hashlib.sha256).digest()
        assert signature == "v1," + base64.b64encode(mac).decode()


@CALM
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), JSON, max_size=4))
def test_the_bytes_are_the_same_whatever_order_the_facts_come_in(facts: dict[str, Any]) -> None:
    assert body_of(facts) == body_of(dict(reversed(facts.items())))


def test_a_calls_id_is_its_own_also_after_a_restored_backup() -> None:
    assert call_id(7, AT) == call_id(7, AT)
    assert len({call_id(7, AT), call_id(8, AT), call_id(7, AT.replace(microsecond=1000))}) == 3
    assert "." not in call_id(7, AT)


def test_a_key_is_shown_as_receivers_paste_it() -> None:
    assert shown(b"a" * 32) == "whsec_" + base64.b64encode(b"a" * 32).decode()
