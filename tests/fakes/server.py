"""What the fake providers share: a server on loopback, a list of what was accepted, and faults to order."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

#: Faults to order. "before" and "after" say whether the message was accepted; "drop" hangs up at once, "hang" lets the
#: caller wait until its own time-out.
FAULTS = ("drop_before", "drop_after", "hang_before", "hang_after", "busy", "error", "slow")


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def form(self) -> dict[str, list[str]]:
        """The fields of a form."""
        return parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=bool(self.body))

    def json(self) -> Any:
        """The JSON."""
        return json.loads(self.body)


@dataclass
class Reply:
    """What is answered."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A callback as the provider would make it: for a test client, or for `post`."""

    url: str
    body: bytes
    headers: dict[str, str]
    content_type: str


class Wrong(Exception):
    """A request that the real provider would refuse, with its answer."""

    def __init__(self, reply: Reply, problem: str) -> None:
        """Keep both."""
        super().__init__(problem)
        self.reply = reply


class FakeProvider(ABC):
    """Use as a context. `accepted` is what it took, `problems` what was wrong with requests, `requests` all of them."""

    #: Seconds that a caller is kept waiting by "hang", and by "slow".
    hang, slow = 2.0, 0.2
    retry_after = "7"

    def __init__(self) -> None:
        """Listen on a free port; answer nothing yet."""
        self.accepted: list[Any] = []
        self.problems: list[str] = []
        self.requests: list[Request] = []
        self.orders: list[str] = []
        self.failing: Callable[[], str | None] = lambda: None
        self.faults: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.keeping_requests = True
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def fail_next(self, *faults: str) -> None:
        """Order a fault for each of the next sending requests; "" for none."""
        assert set(faults) <= {*FAULTS, ""}
        self.orders += faults

    def fail_some(self, share: float, *, seed: int, kinds: tuple[str, ...] = FAULTS) -> None:
        """From now on let so large a share of sending requests fail."""
        chance = random.Random(seed)
        self.failing = lambda: chance.choice(kinds) if chance.random() < share else None

    # --- For the providers ---------------------------------------------------------------------------
    @abstractmethod
    def answer(self, request: Request) -> tuple[Reply | None, Callable[[], Reply] | None]:
        """Return a plain answer, or for a sending request the step that accepts it. Raises Wrong."""

    def handle(self, request: Request) -> Reply | None:
        """Answer one request; None hangs up without a word."""
        if self.keeping_requests:
            self.requests.append(request)
        try:
            reply, accept = self.answer(request)
        except Wrong as wrong:
            self.problems.append(str(wrong))
            return wrong.reply
        if reply is not None:
            return reply
        assert accept
        with self.lock:
            fault = (self.orders.pop(0) if self.orders else self.failing()) or ""
            self.faults[fault] += 1
        return self._with_fault(fault, accept)

    def _with_fault(self, fault: str, accept: Callable[[], Reply]) -> Reply | None:
        if fault == "busy":
            return Reply(429, self.busy_body(), {"Retry-After": self.retry_after})
        if fault == "error":
            return Reply(500, {"message": "Internal error"})
        if fault in ("drop_before", "hang_before"):
            time.sleep(self.hang if fault == "hang_before" else 0)
            return None
        with self.lock:
            reply = accept()
        if fault == "slow":
            time.sleep(self.slow)
        if fault in ("drop_after", "hang_after"):
            time.sleep(self.hang if fault == "hang_after" else 0)
            return None
        return reply

    def busy_body(self) -> Any:
        """What the provider says with a 429."""
        return {"message": "Too many requests"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers are killed in some tests: nothing to tell."""


def _handler_of(fake: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet
        disable_nagle_algorithm = True

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # the caller died while it spoke: nobody is there to be answered
                self.close_connection = True
                return
            parts = urlsplit(self.path)
            headers = {name.title(): value for name, value in self.headers.items()}
            reply = fake.handle(Request(self.command, parts.path, parse_qs(parts.query), headers, body))
            if reply is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            content = b"" if reply.body is None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_POST = handle_any

    return Handler
