"""PostgreSQL and Redis as one thing under `.local/`: started together, stopped together, cleaned up after a crash."""

import json
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import process
from config.embedded.postgres import Postgres, server_user
from config.embedded.redis import Redis

DATABASE, REDIS = "DATABASE_URL", "REDIS_URL"
RUN = "FOLLOWTHROUGH_RUN"  # in the environment of everything we start, so that a crash's leftovers can be found


def short_directory() -> Path:
    """Make a private directory whose path leaves room for a socket's name: 107 bytes are all a system allows."""
    base = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="followthrough-", dir=base if len(base) < 60 else "/tmp"))  # noqa: S108


@dataclass
class Servers:
    """The embedded servers of one `.local/` directory. Hold its lock while you use this."""

    local: Path
    wanted: Iterable[str]
    durable: bool = True
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    postgres: Postgres | None = field(default=None, init=False)
    redis: Redis | None = field(default=None, init=False)
    _sockets: Path | None = field(default=None, init=False)

    @property
    def note(self) -> Path:
        """Return the file that says what is running; it outlives us only in a crash."""
        return self.local / "run" / "started.json"

    def start(self) -> dict[str, str]:
        """Clear what a crash left, start what is wanted and return the addresses."""
        self.clear_leftovers()
        self._sockets = short_directory()
        self.note.parent.mkdir(parents=True, exist_ok=True)
        self.note.write_text(json.dumps({"run": self.run, "sockets": str(self._sockets)}))
        data = self.local / "postgres" / "data"
        user = server_user(data)
        if os.geteuid() == 0:
            os.chown(self._sockets, *user)
        addresses = {}
        try:
            if DATABASE in self.wanted:
                self.postgres = Postgres(data, self._sockets, self.local / "logs" / "postgres.log", self.durable)
                self.postgres.start()
                addresses[DATABASE] = self.postgres.url()
            if REDIS in self.wanted:
                self.redis = Redis(self._sockets, self.local / "logs" / "redis.log", user)
                self.redis.start()
                addresses[REDIS] = self.redis.url
        except BaseException:
            self.stop()
            raise
        return addresses

    def stop(self) -> None:
        """Stop both and leave no trace outside `.local/`."""
        for server in (self.redis, self.postgres):
            if server:
                server.stop()
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
        self.note.unlink(missing_ok=True)

    def clear_leftovers(self) -> None:
        """End the processes and remove the sockets of a run that was killed."""
        try:
            left = json.loads(self.note.read_text())
        except (FileNotFoundError, ValueError):
            return
        end_run(left["run"])
        shutil.rmtree(left["sockets"], ignore_errors=True)
        self.note.unlink(missing_ok=True)


def processes_of(run: str) -> list[int]:
    """Return the processes that carry this run's mark. Only Linux tells; elsewhere nobody is found."""
    mark = f"{RUN}={run}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            marked = mark in path.read_bytes().split(b"\0")
        except OSError:
            continue
        if marked and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found


def end_run(run: str) -> None:
    """End every process that still carries this run's mark."""
    for pid in processes_of(run):
        process.end_orphan(pid, signals=(signal.SIGKILL,))
