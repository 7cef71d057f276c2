"""Live updates: a small ASGI application that keeps a stream of server-sent events open per page.

It knows nothing of pages. It reads one Redis channel per person, filled after commits by `live_updates`, and passes the
words on. Losing it costs comfort only: pages work without.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http import cookies
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings

from messaging.live_hub import Hub
from messaging.live_people import user_of_session

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT = 20.0  # seconds; proxies cut what is silent for longer
CHECK_AGAIN = 300.0  # seconds until a stream's session is looked at again


class LiveApplication:
    """Serves /live/ to whoever is signed in, and /healthz to anybody."""

    def __init__(self, hub: Hub | None = None) -> None:
        """Start with nobody listening."""
        self.hub = hub or Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"] == "/healthz":
            await _plain(send, 200, "ok")
        elif scope["path"] != "/live/" or scope["method"] != "GET":
            await _plain(send, 404, "There is only /live/ here.")
        elif not _may_ask(headers):
            await _plain(send, 403, "Not from this page.")
        elif (user_id := await _user(headers)) is None:
            await _plain(send, 401, "Sign in first.", headers)
        elif self.hub.full():
            await _plain(send, 503, "Too many open pages.", headers)
        else:
            await self._stream(user_id, headers, receive, send)

    async def _stream(self, user_id: int, headers: dict[str, str], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers(headers)})
        gone = asyncio.ensure_future(_gone(receive))
        seen_at = time.monotonic()
        try:
            with self.hub.listening(user_id) as news:
                # Whoever comes back may have missed something: let the page look again.
                await _say(send, json.dumps({"event": "hello", "refresh": "last-event-id" in headers}))
                while not gone.done():
                    words = await _next(news, gone)
                    if words is not None:
                        await _say(send, words)
                    else:
                        await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
                    if time.monotonic() - seen_at > CHECK_AGAIN:
                        seen_at = time.monotonic()
                        if await _user(headers) != user_id:
                            break
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _next(news: asyncio.Queue[str], gone: asyncio.Future[None]) -> str | None:
    """Wait for the next word, at most a heartbeat; None when there was none."""
    getting = asyncio.ensure_future(news.get())
    either: set[asyncio.Future[Any]] = {getting, gone}
    await asyncio.wait(either, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
    if getting.done():
        return getting.result()
    getting.cancel()
    return None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _say(send: Send, words: str) -> None:
    body = f"id: {time.time_ns()}\ndata: {words}\n\n".encode()
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _plain(send: Send, status: int, words: str, headers: dict[str, str] | None = None) -> None:
    known = [(b"content-type", b"text/plain; charset=utf-8"), *_cors(headers or {})]
    await send({"type": "http.response.start", "status": status, "headers": known})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})


def _stream_headers(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *_cors(headers),
    ]


def _cors(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    origin = headers.get("origin", "")
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]


def _may_ask(headers: dict[str, str]) -> bool:
    """Whether the request comes from one of our own pages, or from no page at all."""
    origin = headers.get("origin", "")
    own = {_origin(settings.SITE_URL), *settings.CSRF_TRUSTED_ORIGINS}
    same_host = urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname
    return not origin or origin in own or same_host


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def _user(headers: dict[str, str]) -> int | None:
    jar: cookies.SimpleCookie = cookies.SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except cookies.CookieError:
        return None
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return await sync_to_async(user_of_session)(morsel.value) if morsel else None
