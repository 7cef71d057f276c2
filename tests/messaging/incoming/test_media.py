"""Pictures and papers that came by WhatsApp are fetched from Twilio and kept with their message."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from messaging import arrivals
from messaging.attachments import opened
from messaging.hooks.media import Gone, fetched
from messaging.incoming import Incoming, Media
from messaging.models import Arrival, Message
from messaging.receiving import receive
from tests.factories import NOW, contact

pytestmark = pytest.mark.django_db

ACCOUNT = "Basic " + base64.b64encode(b"AC1:secret").decode()


class Twilio(BaseHTTPRequestHandler):
    """`answers` maps a path to status, body and where it leads to."""

    answers: dict[str, tuple[int, bytes, str]] = {}
    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        status, body, leads_to = self.answers.get(self.path, (404, b"", ""))
        self.send_response(status)
        if leads_to:
            self.send_header("Location", leads_to)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def twilio(settings: Any, tmp_path: Any) -> Iterator[str]:
    Twilio.answers, Twilio.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Twilio)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.TWILIO_API_URL = f"http://127.0.0.1:{server.server_address[1]}"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "secret"
    settings.PRIVATE_DIR = str(tmp_path)
    yield settings.TWILIO_API_URL
    server.shutdown()
    server.server_close()


def come(*media: Media) -> Message:
    receive(
        [Incoming("whatsapp", "twilio", "SM1", "+4917012345678", NOW, text="See", new_text="See", media=media)], now=NOW
    )
    return Message.objects.get()


def test_a_picture_is_fetched_with_our_account_and_kept(twilio: str) -> None:
    contact(phone="+4917012345678")
    Twilio.answers = {"/m0": (307, b"", "/real/m0"), "/real/m0": (200, b"\xff\xd8jpeg", "")}
    message = come(Media(f"{twilio}/m0", "image/jpeg"))
    assert message.data["media"]
    arrivals.read_large(NOW)
    message.refresh_from_db()
    assert "media" not in message.data
    assert message.data["attachments"][0]["name"] == "picture-1.jpg"
    with opened(message.pk, 0)[1] as stream:
        assert stream.read() == b"\xff\xd8jpeg"
    assert Twilio.asked == [("/m0", ACCOUNT), ("/real/m0", ACCOUNT)]


def test_while_twilio_is_down_it_is_tried_again(twilio: str) -> None:
    Twilio.answers = {"/m0": (503, b"", "")}
    message = come(Media(f"{twilio}/m0", "application/pdf"))
    arrivals.read_large(NOW)
    assert Arrival.objects.get().state == "waiting"
    Twilio.answers = {"/m0": (200, b"%PDF", "")}
    arrivals.read_large(NOW + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.data["attachments"][0]["name"] == "file-1.pdf"


def test_what_twilio_has_no_more_is_let_go(twilio: str) -> None:
    come(Media(f"{twilio}/gone", "image/png"))
    arrivals.read_large(NOW)
    assert (Arrival.objects.get().state, Arrival.objects.get().error) == ("done", "Twilio does not give the file: 404.")


@pytest.mark.parametrize(
    "where",
    ["http://127.0.0.2/x", "https://evil.example/x", "https://evil.amazonaws.com.example/", "file:///etc/passwd"],
)
def test_nothing_leads_elsewhere_nor_carries_our_secret_there(twilio: str, where: str) -> None:
    Twilio.answers = {"/m0": (302, b"", where)}
    with pytest.raises(Gone, match="not its own"):
        fetched(f"{twilio}/m0")
    with pytest.raises(Gone, match="does not lie at Twilio"):
        fetched(where)


def test_a_circle_ends(twilio: str) -> None:
    Twilio.answers = {"/m0": (302, b"", "/m0")}
    with pytest.raises(Gone, match="circle"):
        fetched(f"{twilio}/m0")
