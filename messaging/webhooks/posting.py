"""One call over the wire: to the very address that was checked, within a deadline, following nobody.

The name is looked up here, judged by `address_rules`, and the connection made to that address, so that it cannot mean
another machine a moment later. The certificate and the Host header are still those of the name.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence
from functools import lru_cache

import httpx

from messaging.outbox import one_line
from messaging.retrying import retry_after
from messaging.webhooks.address_rules import Allowed, BadAddress, Target, refusal, target_of
from messaging.webhooks.fates import Answer, Outcome, answer_of
from messaging.webhooks.letter import Letter

log = logging.getLogger(__name__)

#: Seconds: for a connection, for the whole call until a status is there, and for the rest of the answer.
CONNECT, DEADLINE, REST = 5.0, 20.0, 2.0
#: Bytes of an answer that are read, and letters of it that are kept.
MOST_READ, SNIPPET = 16_384, 200
#: How many of a name's addresses are tried when one cannot be connected to.
MOST_ADDRESSES = 2


async def post(letter: Letter, *, allowed: Allowed) -> Answer:
    """Make the call and say what came of it; raises nothing but cancellation."""
    try:
        target = target_of(letter.url, allowed)
    except BadAddress as problem:
        return Answer(Outcome.REFUSED, str(problem))
    try:
        async with asyncio.timeout(DEADLINE) as limit:
            addresses = await looked_up(target.host, target.port)
            if inside := refusal(target.host, addresses, allowed):
                # A name that is not found may be found again; one that leads inside is not called.
                return Answer(Outcome.REFUSED if addresses else Outcome.LATER, inside, silent=not addresses)
            return await _to_first(target, addresses[:MOST_ADDRESSES], letter, limit)
    except (TimeoutError, httpx.TimeoutException):
        return _silent(f"{target.host} did not answer within {DEADLINE:g} seconds; it may have taken the call.")
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError):
        return _silent(f"{target.host} broke off before it had answered; it may have taken the call.")


async def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order in which this machine would try them; none when it is not found."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(info[4][0]) for info in found))


async def _to_first(target: Target, addresses: Sequence[str], letter: Letter, limit: asyncio.Timeout) -> Answer:
    """Speak to the first address that can be connected to: until then nothing has been said."""
    words = f"{target.host} cannot be reached."
    for address in addresses:
        try:
            return await _speak(target, address, letter, limit)
        except httpx.ConnectTimeout:
            continue
        except httpx.ConnectError as problem:
            if reason := _unsafe(problem):
                words = f"There is no safe connection to {target.host}: {reason}."
    return _silent(words)


async def _speak(target: Target, address: str, letter: Letter, limit: asyncio.Timeout) -> Answer:
    shown = f"[{address}]" if ":" in address else address
    headers = {
        "Host": target.named,
        "User-Agent": "Followthrough-Webhooks/1",
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **letter.headers,
    }
    # A client of its own for each call: a connection kept open would belong to an address, not to a name.
    transport = httpx.AsyncHTTPTransport(verify=trusted(), trust_env=False)
    timeout = httpx.Timeout(DEADLINE, connect=CONNECT)
    async with httpx.AsyncClient(
        transport=transport, timeout=timeout, trust_env=False, follow_redirects=False, headers={"Accept": "*/*"}
    ) as client:
        request = client.build_request(
            "POST",
            f"{target.scheme}://{shown}:{target.port}{target.path}",
            content=letter.body,
            headers=headers,
            extensions={"sni_hostname": target.host},
        )
        response = await client.send(request, stream=True)
        limit.reschedule(None)  # they have spoken: what they said must not be lost to a slow rest
        try:
            return answer_of(
                response.status_code,
                await _beginning(response),
                location=one_line(response.headers.get("Location", ""))[:SNIPPET],
                wait=retry_after(response.headers.get("Retry-After")),
            )
        finally:
            await response.aclose()


async def _beginning(response: httpx.Response) -> str:
    """How the answer begins. Who has said a status and then speaks letter by letter is not listened to for long."""
    read = b""
    try:
        async with asyncio.timeout(REST):
            async for part in response.aiter_raw():
                read += part[: MOST_READ - len(read)]
                if len(read) >= MOST_READ:
                    break
    except (TimeoutError, httpx.HTTPError):
        log.info("an answer to a webhook broke off after its status", extra={"status": response.status_code})
    return one_line(read[: SNIPPET * 4].decode(errors="replace"))[:SNIPPET]


def _silent(words: str) -> Answer:
    return Answer(Outcome.LATER, words, silent=True)


def _unsafe(problem: BaseException | None) -> str:
    """Why TLS failed, where it did."""
    while problem is not None:
        if isinstance(problem, ssl.SSLError):
            return getattr(problem, "verify_message", "") or (problem.reason or "it broke off").lower().replace(
                "_", " "
            )
        problem = problem.__cause__ or problem.__context__
    return ""


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Whom we believe; SSL_CERT_FILE names others."""
    return httpx.create_ssl_context()
