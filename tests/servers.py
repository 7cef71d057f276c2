"""A PostgreSQL and a Redis for one pytest process, so that several can run side by side.

A cluster with the migrations applied is kept under `.local/tests/` by the hash of the migrations and copied next time.
"""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from config.embedded.postgres import Postgres, server_user
from config.embedded.redis import Redis
from config.embedded.servers import short_directory

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".local" / "tests"
DAY = 86_400  # seconds
GIVEN = os.environ.get("TEST_DATABASE_URL")


def schema_hash() -> str:
    """Return a hash of everything that the migrated schema comes from."""
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), ROOT / "requirements" / "run.txt"]):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def copy(source: Path, target: Path) -> None:
    """Copy a stopped cluster with owners and rights, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    subprocess.run(["cp", "-a", str(source), str(partial)], check=True)
    try:
        partial.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(partial)


class TestServers:
    """The servers of this process: addresses at once, processes when first needed."""

    __test__ = False

    def __init__(self) -> None:
        """Choose the places; start nothing."""
        remove_leftovers()
        self.home = KEPT / f"run-{os.getpid()}"
        self.home.mkdir(parents=True, exist_ok=True)
        self.sockets = short_directory()
        (self.home / "sockets").symlink_to(self.sockets)
        data = self.home / "postgres" / "data"
        user = server_user(data)
        if os.geteuid() == 0:
            os.chown(self.sockets, *user)
        self.postgres = Postgres(data, self.sockets, self.home / "postgres.log", durable=False)
        self.redis = Redis(self.sockets, self.home / "redis.log", user)
        self.template = KEPT / f"template-{schema_hash()}"
        self.migrated = False

    def put_addresses(self) -> None:
        """Set the environment that the settings read."""
        os.environ["LOCAL_DIR"] = str(self.home)
        os.environ["DEBUG"] = "1"
        os.environ["DATABASE_URL"] = GIVEN or self.postgres.url()
        os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or self.redis.url

    def start_postgres(self) -> None:
        """Start from the migrated cluster where one is kept."""
        if GIVEN:
            return
        if self.template.exists():
            self.postgres.data.parent.mkdir(parents=True)
            copy(self.template, self.postgres.data)
            self.migrated = True
        self.postgres.start()

    def keep_migrated(self) -> None:
        """Keep the cluster as it is now for the next process; needs all connections closed."""
        if GIVEN:
            return
        self.postgres.stop()
        copy(self.postgres.data, self.template)
        self.postgres.start()

    def stop(self) -> None:
        """Stop both and remove everything of this process."""
        self.redis.stop()
        self.postgres.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


def remove_leftovers() -> None:
    """Remove the directories of processes that were killed, and clusters that nobody used for a day."""
    for path in KEPT.glob("run-*"):
        try:
            os.kill(int(path.name.removeprefix("run-")), 0)
        except ProcessLookupError:
            shutil.rmtree((path / "sockets").resolve(), ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)
        except PermissionError:
            continue
    for path in KEPT.glob("template-*"):
        if time.time() - path.stat().st_mtime > DAY:
            shutil.rmtree(path, ignore_errors=True)
