"""Web push: encrypted as RFC 8291 says, signed as RFC 8292 says, and a browser that is gone is forgotten."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm.models import User
from messaging import push_encryption
from messaging.channels.shape import Outcome
from messaging.channels.web_push import WebPush
from messaging.models import PushSubscription
from messaging.push_encryption import authorization, encrypted, number_of, padded_off, point, private_key, unpadded
from tests.fakes.server import FakeProvider, Reply
from tests.messaging.channels.letters import letter

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: The example of RFC 8291, section 5 and appendix A.
RFC = {
    "plain": "When I grow up, I want to be a watermelon",
    "private": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "body": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}


def test_the_example_of_the_rfc_comes_out_byte_for_byte():
    made = encrypted(
        RFC["plain"].encode(),
        p256dh=RFC["p256dh"],
        auth=RFC["auth"],
        private=private_key(RFC["private"]),
        salt=unpadded(RFC["salt"]),
    )
    assert padded_off(made) == RFC["body"]


class Browser:
    """A browser's side: its keys, and how it reads a push."""

    def __init__(self):
        self.private, self.auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"

    def read(self, body: bytes) -> dict:
        salt, ours = body[:16], body[21 : 21 + body[20]]
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ours))
        info = b"WebPush: info\0" + point(self.private.public_key()) + ours
        expand, hmac = push_encryption._expand, push_encryption._hmac
        key = hmac(salt, expand(hmac(self.auth, shared), info, 32))
        nonce = expand(key, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(expand(key, b"Content-Encoding: aes128gcm\0", 16)).decrypt(nonce, body[21 + body[20] :], None)
        return json.loads(plain.rstrip(b"\0")[:-1])

    def subscribe(self, user, endpoint):
        return PushSubscription.objects.create(
            user=user,
            endpoint=endpoint,
            p256dh=padded_off(point(self.private.public_key())),
            auth=padded_off(self.auth),
            created_at=NOW,
        )


class PushService(FakeProvider):
    """Takes pushes with 201; `gone` are paths that are not subscribed any more."""

    def __init__(self):
        super().__init__()
        self.gone = set()

    def answer(self, request):
        if request.path in self.gone:
            return Reply(410), None
        return None, lambda: (self.accepted.append(request), Reply(201))[1]


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana@example.com", full_name="Ana")


@pytest.fixture
def service():
    with PushService() as fake:
        fake.hang = 0.1
        yield fake


@pytest.fixture
def key():
    return number_of(ec.generate_private_key(ec.SECP256R1()))


def push(key, user, *, allow_private=True, **fields):
    way = WebPush(key, "mailto:team@crm.example.com", allow_private=allow_private)
    words = {"user_id": user.pk, "contact_id": None, "name": "Ana", "subject": "Call Maria", "text": "Call Maria\nSoon"}
    (answer,) = way.deliver([letter(**{**words, "url": "https://crm.example.com/followups/1/", **fields})])
    return answer


def test_a_browser_reads_what_was_pushed(ana, service, key):
    browser = Browser()
    browser.subscribe(ana, f"{service.url}/p/1")
    assert push(key, ana).outcome is Outcome.TAKEN
    (request,) = service.accepted
    read = browser.read(request.body)
    assert (read["title"], read["body"], read["url"]) == ("Call Maria", "Soon", "https://crm.example.com/followups/1/")
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert int(request.headers["Ttl"]) > 0
    assert len(request.headers["Topic"]) <= 32


def test_every_browser_is_told_and_one_that_is_gone_is_forgotten(ana, service, key):
    for path in ("a", "b"):
        Browser().subscribe(ana, f"{service.url}/{path}")
    service.gone.add("/a")
    assert push(key, ana).outcome is Outcome.TAKEN
    assert list(PushSubscription.objects.values_list("endpoint", flat=True)) == [f"{service.url}/b"]


def test_without_a_browser_it_is_refused_in_a_sentence(ana, key):
    answer = push(key, ana)
    assert (answer.outcome, answer.words) == (Outcome.REFUSED, "Ana has no browser that takes pushes.")


def test_a_push_service_that_is_busy_is_tried_again(ana, service, key):
    Browser().subscribe(ana, f"{service.url}/a")
    service.fail_next("busy")
    answer = push(key, ana)
    assert (answer.outcome, answer.retry_after) == (Outcome.LATER, 7.0)


def test_an_endpoint_on_the_inside_is_never_called(ana, service, key):
    Browser().subscribe(ana, f"{service.url}/a")
    assert push(key, ana, allow_private=False).outcome is Outcome.REFUSED
    assert service.requests == []


def test_keys_that_are_none_are_forgotten(ana, service, key):
    browser = Browser().subscribe(ana, f"{service.url}/a")
    PushSubscription.objects.filter(pk=browser.pk).update(p256dh="nonsense")
    assert push(key, ana).outcome is Outcome.REFUSED
    assert not PushSubscription.objects.exists()


def test_the_servers_signature_holds_for_the_push_service_alone(key):
    private = private_key(key)
    header = authorization("https://push.example.com/p/1?x", private, contact="mailto:a@example.com", now=NOW)
    token, public = header.removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    assert json.loads(unpadded(claims)) == {
        "aud": "https://push.example.com",
        "exp": int(NOW.timestamp()) + 12 * 3600,
        "sub": "mailto:a@example.com",
    }
    raw = unpadded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpadded(public))
    known.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def test_what_is_too_long_for_a_push_is_refused():
    private = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="too long"):
        encrypted(b"x" * 5000, p256dh=RFC["p256dh"], auth=RFC["auth"], private=private, salt=b"0" * 16)


def test_base64_is_read_with_and_without_its_padding():
    assert unpadded(base64.urlsafe_b64encode(b"ab").decode()) == unpadded("YWI") == b"ab"
