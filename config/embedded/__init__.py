"""PostgreSQL and Redis for a machine that has neither: `make run` and `manage.py` start them when no address is set.

Whoever comes first starts the servers and owns them; who comes later uses them. The owner waits for the others
before it stops the servers, unless it is told not to (Ctrl-C in `make run` ends everything at once).
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.embedded.process import EmbeddedError
from config.embedded.servers import DATABASE, REDIS, RUN, Servers, end_run

__all__ = [
    "DATABASE",
    "REDIS",
    "RUN",
    "EmbeddedError",
    "Servers",
    "development",
    "end_run",
    "ensure",
    "heal",
    "local_directory",
    "owned",
    "take",
]

SITE = "SITE_URL"
PATIENCE = 90  # seconds to wait for another process that is just starting or stopping the servers


def local_directory() -> Path:
    """Return the directory of everything that this checkout keeps."""
    return Path(os.environ.get("LOCAL_DIR") or Path(__file__).resolve().parents[2] / ".local")


def development(local: Path) -> None:
    """Fill in what only a developer's machine may leave unset: debug mode and a kept secret."""
    os.environ.setdefault("DEBUG", "1")
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept_secret(local / "secret_key")


def kept_secret(path: Path) -> str:
    """Return this checkout's secret, made the first time, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret


def unset() -> list[str]:
    """Return which addresses the environment leaves to us."""
    return [name for name in (DATABASE, REDIS) if not os.environ.get(name)]


def locked(path: Path, how: int) -> IO[str] | None:
    """Return the file with the lock held, or None when another process holds it. Closing lets go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.lockf(file, how)
    except BlockingIOError:
        file.close()
        return None
    return file


def heal(local: Path) -> None:
    """End what a killed run left behind, so that its port is free; leave a living one alone."""
    if lock := locked(local / "run" / "owner", fcntl.LOCK_EX | fcntl.LOCK_NB):
        with lock:
            Servers(local, ()).clear_leftovers()


@contextmanager
def owned(local: Path, *, wait_for_others: bool, site: str = "") -> Iterator[dict[str, str] | None]:
    """Start the servers and own them for a while; give None when another process owns them.

    `site` is where the pages are: commands that use these servers write it into their mails' links.
    """
    lock = locked(local / "run" / "owner", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lock is None:
        yield None
        return
    servers = Servers(local, unset())
    addresses_file = local / "run" / "addresses.json"
    with lock:
        addresses_file.unlink(missing_ok=True)
        try:
            addresses = {**servers.start(), RUN: servers.run} | ({SITE: site} if site else {})
            addresses_file.write_text(json.dumps(addresses))
            yield addresses
        finally:
            addresses_file.unlink(missing_ok=True)
            if wait_for_others and (others := locked(local / "run" / "users", fcntl.LOCK_EX)):
                others.close()
            servers.stop()


@contextmanager
def used(local: Path) -> Iterator[dict[str, str] | None]:
    """Use the servers that another process owns, and keep it from stopping them; None while there are none."""
    with locked(local / "run" / "users", fcntl.LOCK_SH) or open(os.devnull):
        try:
            yield json.loads((local / "run" / "addresses.json").read_text())
        except (FileNotFoundError, ValueError):
            yield None


@contextmanager
def ensure() -> Iterator[None]:
    """Have both addresses in the environment while the block runs: given, another process's, or our own servers."""
    if not unset():
        yield
        return
    local = local_directory()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with used(local) as addresses:
            if addresses:
                take(addresses)
                yield
                return
        with owned(local, wait_for_others=True) as addresses:
            if addresses:
                take(addresses)
                yield
                return
        time.sleep(0.1)
    raise EmbeddedError("Another process has been starting or stopping the embedded database for too long.")


def take(addresses: dict[str, str]) -> None:
    """Put the addresses that are not set yet into the environment."""
    for name, value in addresses.items():
        if not os.environ.get(name):
            os.environ[name] = value
