"""Which addresses a webhook may be sent to: never a machine on the inside, whatever way it is written (pure).

What stands for the inside: the special-purpose registries of IANA (RFC 6890 and its successors), the addresses at which
clouds answer with credentials, and every known way to wrap an IPv4 address into an IPv6 one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import idna

LONGEST = 2000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NO_ADDRESS = "That is not an address of a web page."
INSIDE = "{host} is a machine on the inside, where webhooks are not sent."


class BadAddress(ValueError):
    """An address that is not called; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an administrator lets through although it lies inside: hosts by name, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def names(self, host: str) -> bool:
        """Whether the host itself is named, or is written as an address of a named network."""
        return host in self.hosts or ((known := _literal(host)) is not None and self.holds(known))

    def holds(self, address: Address) -> bool:
        """Whether a named network holds the address."""
        return any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: `host` in small letters, as the name service knows it; `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The host as the request names it."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _USUAL[self.scheme] else f"{shown}:{self.port}"


@dataclass(slots=True)
class _Words:
    hosts: set[str] = field(default_factory=set)
    networks: list[Network] = field(default_factory=list)


_USUAL = {"https": 443, "http": 80}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
#: The last part of a name that is read as a number makes the whole a number (WHATWG URL, "ends in a number").
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
#: Names that are never given out on the open internet (RFC 6761, RFC 6762, RFC 8375, and ICANN for "internal").
_INSIDE_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home")


def allowed_of(words: Iterable[str]) -> Allowed:
    """Read what an administrator names: hosts, addresses and networks ("10.1.0.0/16"). Raises ValueError."""
    found = _Words()
    for word in words:
        try:
            found.networks.append(ipaddress.ip_network(word.strip("[]"), strict=False))
        except ValueError:
            found.hosts.add(_host_of(word))
    return Allowed(frozenset(found.hosts), tuple(found.networks))


def target_of(url: str, allowed: Allowed) -> Target:
    """Take an address apart and judge it by how it is written; asks no machine. Raises BadAddress."""
    if len(url) > LONGEST:
        raise BadAddress(f"The address is longer than {LONGEST:,} characters.")
    if not url.isprintable() or " " in url or "\\" in url:
        raise BadAddress("The address holds a sign that no address may hold.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(NO_ADDRESS) from None
    if parts.scheme not in _USUAL:
        raise BadAddress("The address must begin with https://.")
    if "@" in parts.netloc:
        raise BadAddress("Leave the name and the password out of the address: they would be shown in lists.")
    if port == 0 or not parts.hostname:
        raise BadAddress(NO_ADDRESS)
    host = _host_of(parts.hostname, bracketed="[" in parts.netloc)
    if not allowed.names(host):
        if parts.scheme != "https":
            raise BadAddress("The address must begin with https://.")
        known = _literal(host)
        if not is_outside(known) if known else ("." not in host or host.endswith(_INSIDE_NAMES)):
            raise BadAddress(INSIDE.format(host=host))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?[]|") if parts.query else ""
    )
    return Target(parts.scheme, host, port or _USUAL[parts.scheme], path)


def refusal(host: str, addresses: Iterable[str], allowed: Allowed) -> str:
    """What speaks against the addresses that a name was found to have, as a sentence; empty when nothing does.

    One address on the inside speaks against the name: it could be the one that is called.
    """
    known = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    if not known:
        return f"{host} is not found."
    if host in allowed.hosts or all(is_outside(one) or allowed.holds(one) for one in known):
        return ""
    return INSIDE.format(host=host)


def _host_of(written: str, *, bracketed: bool = False) -> str:
    if bracketed or ":" in written:
        try:
            return str(ipaddress.IPv6Address(written if "%" not in written else ""))
        except ValueError:
            raise BadAddress(NO_ADDRESS) from None
    host = written.rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode().lower()
        except (idna.IDNAError, UnicodeError):
            raise BadAddress(NO_ADDRESS) from None
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(NO_ADDRESS)
    if _NUMBER.fullmatch(labels[-1]) and _literal(host) is None:
        raise BadAddress("Write the number of a machine as four numbers with dots between them.")
    return host


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


_INSIDE_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "192.0.0.0/24",  # protocol assignments; one cloud's metadata
        "192.88.99.0/24",  # relays of 6to4
        "240.0.0.0/4",
        "168.63.129.16/32",  # a cloud's metadata at a public address
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",
    )
]
_WORLD = ipaddress.IPv6Network("2000::/3")  # all that is given out as unicast today
_LOW = 0xFFFF_FFFF
#: The last 32 bits are an IPv4 address: mapped, compatible, translated (RFC 4291, RFC 2765), and NAT64 (RFC 6052).
_CARRIERS = [
    ipaddress.IPv6Network(network) for network in ("::ffff:0:0/96", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96")
]
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214


def is_outside(address: Address) -> bool:
    """Whether an address belongs to the open internet, and so does every address that is wrapped into it."""
    if isinstance(address, ipaddress.IPv6Address):
        number = int(address)
        if any(address in carrier for carrier in _CARRIERS):
            return is_outside(ipaddress.IPv4Address(number & _LOW))
        if address not in _WORLD:
            return False
        if address.sixtofour is not None:
            return is_outside(address.sixtofour)
        if (number >> 32) & _LOW in _ISATAP and not is_outside(ipaddress.IPv4Address(number & _LOW)):
            return False
    if address.is_multicast or any(
        address in network for network in _INSIDE_NETWORKS if network.version == address.version
    ):
        return False
    return address.is_global
