"""Posting to an address that somebody typed in or a browser named: never to a machine on the inside, never redirected.

The name is looked up once and the very address that was checked is called, so it cannot change in between.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from messaging.channels.shape import Answer, Outcome
from messaging.retrying import retry_after
from messaging.webhooks import address_rules

LONGEST = 2000  # bytes of an answer that are read


class NotOutside(ValueError):
    """The address leads to this machine or its neighbours, or is none; with a sentence for people."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered."""

    status: int
    text: str
    retry_after: float | None


def checked(url: str, *, allow_private: bool = False) -> None:
    """Raise NotOutside unless the address is https to a machine outside. Looks the name up."""
    _address_of(url, allow_private)


def post_outward(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout: tuple[float, float], allow_private: bool = False
) -> Said:
    """Post. Raises NotOutside, and what urllib3 raises."""
    scheme, host, port, address, path = _address_of(url, allow_private)
    pool: urllib3.HTTPConnectionPool
    limits = urllib3.Timeout(connect=timeout[0], read=timeout[1])
    if scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=limits, retries=False, server_hostname=host, assert_hostname=host, maxsize=1
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=limits, retries=False, maxsize=1)
    shown = f"[{host}]" if ":" in host else host
    named = shown if port == _usual(scheme) else f"{shown}:{port}"
    with pool:
        response = pool.urlopen(
            "POST", path, body=body, headers={"Host": named, **headers}, redirect=False, preload_content=False
        )
        try:
            # What has come by now: who sends letter by letter must not hold the worker for each of them.
            text = response.read1(LONGEST).decode(errors="replace")
        finally:
            response.release_conn()
        return Said(response.status, text, retry_after(response.headers.get("Retry-After")))


def unposted(problem: Exception, who: str) -> Answer:
    """What it means for a message that nothing was answered."""
    if isinstance(problem, NotOutside):
        return Answer(Outcome.REFUSED, str(problem), code="address")
    if isinstance(problem, NewConnectionError | ConnectTimeoutError | SSLError):
        return Answer(Outcome.LATER, f"{who} cannot be reached.", down=True)
    return Answer(Outcome.UNCLEAR, f"{who} did not answer in time; it may have taken the message.", down=True)


#: What posting may raise.
FAILURES = (NotOutside, HTTPError, OSError)


def _usual(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _address_of(url: str, allow_private: bool) -> tuple[str, str, int, str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _usual(parts.scheme)
    except ValueError:
        raise NotOutside("That is not an address.") from None
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise NotOutside("The address must begin with https://.")
    if not host or not host.isascii() or parts.username or parts.password:
        raise NotOutside("That is not an address.")
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotOutside(f"{host} is not found.") from None
    if not allow_private and not all(is_outside(address) for address in found):
        raise NotOutside(f"{host} is a machine on the inside, where messages are not sent.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port, found[0], path


def is_outside(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    return address_rules.is_outside(ipaddress.ip_address(address.partition("%")[0]))
