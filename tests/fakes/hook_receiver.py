"""Somebody else's program that takes our webhooks and believes none that is not signed (Standard Webhooks 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

#: How far a time stamp may be from the receiver's clock, in seconds: what the specification's libraries allow.
TOLERANCE = 300


@dataclass(frozen=True)
class Taken:
    """A call whose signature was good."""

    id: str
    path: str
    facts: Any
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Use as a context. `taken` are the calls that were believed, `doubted` why others were not, `calls` counts all.

    `clock` says what time it is, in seconds since 1970. A fault is ordered for each of the next calls:
    "silent" never answers, "drip" sends its head a letter at a time, "drip_body" its body after a 200, "error" 500,
    "busy" 429, "down" 503, "gone" 410, "refused" 422, "redirect" to `location`, "huge" a body without end,
    "huge_head" a head without end, "close" hangs up at once, "close_after" hangs up once it has taken the call.
    """

    def __init__(
        self,
        secret: str = "",
        *,
        clock: Callable[[], float],
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Listen on a free port; answer nothing yet."""
        self.host = host
        self.secrets = [secret] if secret else []
        self.clock = clock
        self.taken: list[Taken] = []
        self.doubted: list[str] = []
        self.calls = 0
        self.at_once = 0
        self.most_at_once = 0
        self.orders: list[str] = []
        self.always = ""
        self.retry_after = "120"
        self.location = "http://127.0.0.1:1/"
        self.pause = 0.0
        self.faults: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.open = threading.Event()  # set at the end, so that nobody is kept waiting for longer
        self._server = _Server((host, 0), _handler_of(self))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}:{self.port}/hook"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.open.set()
        self._server.shutdown()
        self._server.server_close()

    def fail_next(self, *faults: str) -> None:
        """Order faults; "" for none."""
        self.orders += faults

    def next_fault(self) -> str:
        """What is to go wrong with this call."""
        with self.lock:
            fault = self.orders.pop(0) if self.orders else self.always
            self.faults[fault] += 1
        return fault

    def believe(self, path: str, headers: dict[str, str], body: bytes) -> bool:
        """Check the signature as any receiver would, and keep the call."""
        problem = self._doubt(headers, body)
        with self.lock:
            if problem:
                self.doubted.append(problem)
            else:
                self.taken.append(Taken(headers["webhook-id"], path, json.loads(body), headers, body))
        return not problem

    def _doubt(self, headers: dict[str, str], body: bytes) -> str:
        if missing := {"webhook-id", "webhook-timestamp", "webhook-signature"} - set(headers):
            return f"no {sorted(missing)}"
        if abs(self.clock() - int(headers["webhook-timestamp"])) > TOLERANCE:
            return "too old, or from the future"
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        for secret in self.secrets:
            mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256).digest()
            for part in headers["webhook-signature"].split(" "):
                version, _, signature = part.partition(",")
                try:
                    good = version == "v1" and hmac.compare_digest(mac, base64.b64decode(signature, validate=True))
                except binascii.Error:
                    good = False
                if good:
                    return ""
        return "a wrong signature"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers break off in some tests: nothing to tell."""


_ANSWERS = {"error": 500, "busy": 429, "down": 503, "gone": 410, "refused": 422, "redirect": 302}


def _handler_of(fake: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 0

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def do_POST(self) -> None:
            with fake.lock:
                fake.calls += 1
                fake.at_once += 1
                fake.most_at_once = max(fake.most_at_once, fake.at_once)
            try:
                self._take(fake.next_fault())
            finally:
                with fake.lock:
                    fake.at_once -= 1

        def _take(self, fault: str) -> None:
            self.close_connection = True
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the caller died while it spoke: nobody is there to be answered
                return
            if fake.pause:
                time.sleep(fake.pause)
            if fault == "silent":
                fake.open.wait()
            elif fault == "drip":
                self._drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 5000)
            elif fault == "huge_head":
                self._flood(b"HTTP/1.1 200 OK\r\nX-Long: ")
            elif fault == "close":
                self.connection.shutdown(socket.SHUT_RDWR)
            elif fault in _ANSWERS:
                self._answer(_ANSWERS[fault])
            else:
                good = fake.believe(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                if fault == "close_after":
                    self.connection.shutdown(socket.SHUT_RDWR)
                elif fault == "drip_body":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
                    self._drip(b"a" * 5000)
                elif fault == "huge":
                    self._flood(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
                else:
                    self._answer(200 if good else 401)

        def _answer(self, status: int) -> None:
            content = b"thank you" if status == 200 else b"<b>no</b>\0 thanks"
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if status in (429, 503) and fake.retry_after:
                self.send_header("Retry-After", fake.retry_after)
            if status == 302:
                self.send_header("Location", fake.location)
            self.end_headers()
            self.wfile.write(content)

        def _drip(self, words: bytes) -> None:
            for letter in words:
                if fake.open.wait(0.05):
                    return
                self.wfile.write(bytes([letter]))

        def _flood(self, head: bytes) -> None:
            self.wfile.write(head)
            while not fake.open.is_set():
                self.wfile.write(b"a" * 65536)

    return Handler
