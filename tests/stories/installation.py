"""A whole installation of the product for one test: servers, processes and state of its own, gone at the end."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psycopg
from redis import Redis

from config import processes
from config.embedded import process
from config.embedded.postgres import OWNER, Postgres
from config.embedded.servers import DATABASE, REDIS, RUN, Servers, end_run, short_directory
from tests.servers import KEPT, ROOT, copy, schema_hash

TEST_DATABASE = f"test_{OWNER}"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_until(true: Callable[[], Any], *, seconds: float, what: str, every: float = 0.1) -> Any:
    """Ask again and again; return the first answer that is true, or fail saying what did not come."""
    deadline = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < deadline, f"not within {seconds:g} seconds: {what}"
        time.sleep(every)
    return answer


class Installation:
    """Use as a context. `mail_port` is where its e-mail goes; the servers write to disk as they do for real."""

    def __init__(self, *, mail_port: int) -> None:
        """Choose the places; start nothing."""
        self.local = short_directory()
        self.local.chmod(0o755)  # the database runs as another user when this is root
        self.servers = Servers(self.local, (DATABASE, REDIS))
        self.port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST_"))}
        self.environment = inherited | {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "1",
            "SECRET_KEY": secrets.token_urlsafe(40),
            "LOCAL_DIR": str(self.local),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "EMAIL_PROVIDER": "smtp",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_port),
            RUN: self.servers.run,
        }
        for name in ("SITE_URL", "CACHE_URL", "KEEP_DIR", "MEDIA_ROOT", "STATIC_ROOT", "PROMETHEUS_MULTIPROC_DIR"):
            self.environment.pop(name, None)

    # --- Beginning and end ---------------------------------------------------------------------------
    def __enter__(self) -> Self:
        """Start the servers with a migrated database: a copy of the kept one where there is one."""
        try:
            kept = KEPT / f"template-{schema_hash()}"
            if kept.exists():
                copy(kept, self.local / "postgres" / "data")
            self.environment |= self.servers.start()
            if not kept.exists():
                self.migrate_and_keep(kept)
            self.rename_database()
            self.manage("load_schedule")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End everything; after a failure say first what the processes said last."""
        if kind is not None:
            for log in sorted((self.local / "logs").glob("*.log")):
                last = log.read_text(errors="replace").splitlines()[-25:]
                print(f"--- {log.name}", *last, sep="\n", file=sys.stderr)
        self.end()

    def end(self) -> None:
        """Leave no process and no file behind."""
        self.stop_all()
        end_run(self.servers.run)
        self.servers.stop()
        shutil.rmtree(self.local, ignore_errors=True)

    def migrate_and_keep(self, kept: Path) -> None:
        """Migrate a database as the test suite does, and keep it for others as the suite does."""
        postgres = self.postgres
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEST_DATABASE}")
        self.environment[DATABASE] = postgres.url(TEST_DATABASE)
        self.manage("migrate", "--verbosity", "0")
        self.environment[DATABASE] = postgres.url()
        postgres.stop()
        copy(postgres.data, kept)
        postgres.start()

    def rename_database(self) -> None:
        """Give the migrated database the product's name."""
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {OWNER}")
            connection.execute(f"ALTER DATABASE {TEST_DATABASE} RENAME TO {OWNER}")

    # --- Commands and processes ----------------------------------------------------------------------
    def manage(self, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a `manage.py` command to its end and fail when it fails."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    def shell(self, code: str) -> str:
        """Run Python with the product loaded, and return what it prints."""
        return self.manage("shell", "--verbosity", "0", "--command", code).stdout.strip()

    def start(self, name: str, *, number: int = 1, **environment: str) -> None:
        """Start one of the product's processes as `make run` does; with a number, one more of the same."""
        line = processes.PROCESSES[name].replace("@%h", f"{number}@%h")
        self._start(f"{name}{number}", shlex.split(processes.command(line).removeprefix("exec ")), environment)

    def start_command(self, *arguments: str) -> None:
        """Start a `manage.py` command that is to be killed."""
        self._start(f"{arguments[0]}1", [sys.executable, str(ROOT / "manage.py"), *arguments], {})

    def _start(self, key: str, command: list[str], environment: dict[str, str]) -> None:
        logs = self.local / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{key}.log").open("ab") as log:
            self.running[key] = subprocess.Popen(
                process.launched(command, user=(os.geteuid(), os.getegid()), death=signal.SIGKILL),
                cwd=ROOT,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, *, number: int = 1) -> None:
        """End a process and its children at once, as a power cut would."""
        self.end_process(f"{name}{number}", signal.SIGKILL)

    def stop_all(self) -> None:
        """Ask all processes to end in good order."""
        for key in list(self.running):
            with suppress(ProcessLookupError):
                self.running[key].send_signal(signal.SIGTERM)
        for key in list(self.running):
            with suppress(subprocess.TimeoutExpired):
                self.running[key].wait(15)
            self.end_process(key, signal.SIGKILL)

    def end_process(self, key: str, number: signal.Signals) -> None:
        """Send a signal to a process's whole group, and wait."""
        ended = self.running.pop(key)
        with suppress(ProcessLookupError):
            os.killpg(ended.pid, number)
        ended.wait(20)

    # --- Servers ---------------------------------------------------------------------------------------
    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the database over a connection of its own."""
        with psycopg.connect(self.environment[DATABASE], autocommit=True) as connection:
            return connection.execute(sql, parameters).fetchall()  # type: ignore[arg-type]

    def value(self, sql: str, *parameters: object) -> Any:
        """Return the only value of the only row."""
        ((answer,),) = self.query(sql, *parameters)
        return answer

    def empty_redis(self) -> None:
        """Forget everything in Redis: queues, cache, signs of life."""
        with Redis.from_url(self.environment[REDIS]) as client:
            client.flushall()

    def crash_postgres(self, *, pause: float = 1) -> None:
        """End PostgreSQL without letting it write down anything, and start it again after `pause` seconds."""
        postgres = self.postgres
        pid = int((postgres.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGQUIT)
        postgres.stop()
        time.sleep(pause)
        postgres.start()

    @property
    def postgres(self) -> Postgres:
        """Return the database server, which is there from the beginning to the end."""
        assert self.servers.postgres
        return self.servers.postgres

    @property
    def site(self) -> str:
        """Return the address of the pages."""
        return f"http://127.0.0.1:{self.port}"
