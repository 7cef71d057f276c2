"""No test may leave this machine."""

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_getaddrinfo = socket.getaddrinfo


class OutsideError(RuntimeError):
    """A test tried to reach another machine."""


def is_here(host: str | None) -> bool:
    """Say whether a host is this machine."""
    if host in {None, "", "localhost"} or str(host).endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def guarded_connect(self: socket.socket, address: Any) -> None:
    """Connect to this machine only."""
    if isinstance(address, tuple) and not is_here(address[0]):
        raise OutsideError(f"a test may not connect to {address[0]}")
    _connect(self, address)


def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    """Look up names of this machine only."""
    name = host.decode() if isinstance(host, bytes) else host
    if not is_here(name):
        raise OutsideError(f"a test may not look up {name}")
    return _getaddrinfo(host, *args, **kwargs)


def guard() -> None:
    """Refuse other machines from now on, in this process."""
    socket.socket.connect = guarded_connect  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = guarded_getaddrinfo
