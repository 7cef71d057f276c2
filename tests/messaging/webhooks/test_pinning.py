"""The address that was checked is the one that is called, by the name's own certificate, whatever names do meanwhile."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from messaging.models import WebhookCall
from messaging.webhooks import posting
from messaging.webhooks.delivering import deliver_calls
from tests.factories import NOW
from tests.fakes.hook_receiver import Receiver

if TYPE_CHECKING:
    from tests.messaging.webhooks.conftest import Write

pytestmark = pytest.mark.django_db
HOST = "hooks.example.com"


class Names:
    """A name service whose answers are ordered; `asked` is what it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        """The last answer stays."""
        self.answers, self.asked = list(answers), []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def certificate(directory: Path, *names: x509.GeneralName) -> Path:
    """A file with a key and its certificate, which trusts nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "receiver.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The name service says that every name is this machine."""
    service = Names(["127.0.0.1"])
    monkeypatch.setattr(posting, "looked_up", service)
    return service


@pytest.fixture
def secured(
    names: Names, receiver: Receiver, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Receiver]:
    """A receiver over TLS whose certificate is for HOST; we trust it."""
    pem = certificate(tmp_path, x509.DNSName(HOST))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    trusted = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr(posting, "trusted", lambda: trusted)
    settings.WEBHOOK_ALLOWED_HOSTS = [HOST, "other.example.com", "127.0.0.0/8"]
    with Receiver(receiver.secrets[0], clock=NOW.timestamp, tls=tls) as fake:
        yield fake


def ended(write: Write, url: str) -> WebhookCall:
    call = write(url=url)
    deliver_calls(NOW)
    call.refresh_from_db()
    return call


def test_over_tls_the_name_is_asked_for_and_its_certificate_checked(write: Write, secured: Receiver) -> None:
    call = ended(write, f"https://{HOST}:{secured.port}/hook")
    assert (call.status, call.last_error) == ("sent", "")
    assert secured.taken[0].headers["host"] == f"{HOST}:{secured.port}"


def test_a_certificate_of_another_name_is_not_believed(write: Write, secured: Receiver) -> None:
    call = ended(write, f"https://other.example.com:{secured.port}/hook")
    assert call.status == "scheduled"
    assert call.last_error.startswith("There is no safe connection to other.example.com: Hostname mismatch")
    assert secured.calls == 0


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    write: Write, secured: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = httpx.create_ssl_context()
    monkeypatch.setattr(posting, "trusted", lambda: context)
    call = ended(write, f"https://{HOST}:{secured.port}/hook")
    assert call.last_error == f"There is no safe connection to {HOST}: self-signed certificate."


def test_a_name_that_leads_inside_is_refused_when_it_is_called(
    write: Write, receiver: Receiver, names: Names, settings: Any
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    call = ended(write, f"https://{HOST}:{receiver.port}/hook")
    assert (call.status, call.last_error) == (
        "failed",
        f"{HOST} is a machine on the inside, where webhooks are not sent.",
    )
    assert receiver.calls == 0


@pytest.mark.parametrize(
    "inside", ["169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00:ec2::254", "0.0.0.0", "fe80::1%lo"]
)
def test_one_address_inside_among_others_is_enough(
    write: Write, receiver: Receiver, names: Names, settings: Any, inside: str
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = []
    names.answers = [["8.8.8.8", inside]]
    assert ended(write, f"https://{HOST}:{receiver.port}/hook").status == "failed"


def test_a_name_that_changes_its_mind_after_the_check_is_not_asked_again(
    write: Write, receiver: Receiver, names: Names, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: outside when it is checked, inside a moment later."""
    settings.WEBHOOK_ALLOWED_HOSTS = []
    names.answers = [["8.8.8.8"], ["127.0.0.1"]]
    called: list[str] = []

    async def connected(self: Any, request: httpx.Request) -> httpx.Response:
        called.append(request.url.host)
        assert (request.headers["host"], request.extensions["sni_hostname"]) == (f"{HOST}:{receiver.port}", HOST)
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", connected)
    assert ended(write, f"https://{HOST}:{receiver.port}/hook").status == "sent"
    assert (called, names.asked) == (["8.8.8.8"], [HOST])


def test_a_name_that_is_not_found_is_tried_again(write: Write, receiver: Receiver, names: Names) -> None:
    names.answers = [[]]
    call = ended(write, f"https://{HOST}/hook")
    assert (call.status, call.last_error) == ("scheduled", f"{HOST} is not found.")


def test_the_next_address_is_tried_where_one_cannot_be_connected_to(
    write: Write, receiver: Receiver, names: Names, settings: Any
) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = [HOST]
    names.answers = [["127.0.0.3", "127.0.0.1"]]
    assert ended(write, f"http://{HOST}:{receiver.port}/hook").status == "sent"


def test_no_proxy_of_the_environment_is_asked(
    write: Write, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ended(write, receiver.url).status == "sent"


def test_this_machines_own_name_service_is_asked(settings: Any) -> None:
    import asyncio

    found = asyncio.run(posting.looked_up("localhost", 443))
    assert found
    assert all(ipaddress.ip_address(one).is_loopback for one in found)
