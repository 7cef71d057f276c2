"""The embedded PostgreSQL and Redis: they start, stop, heal, and run for root and for everybody else."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from redis import Redis

from config.embedded import postgres, process, redis
from config.embedded.process import EmbeddedError, command_line
from config.embedded.servers import DATABASE, REDIS, Servers
from config.embedded.tuning import tuned
from tests.servers import ROOT

BOTH = (DATABASE, REDIS)
GB = 1024**3


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """Give a `.local` directory of its own."""
    return tmp_path / ".local"


@pytest.fixture
def servers(local: Path) -> Iterator[Servers]:
    """Give servers that are stopped in the end."""
    servers = Servers(local, BOTH, durable=False)
    yield servers
    servers.stop()


def ask(address: str, sql: LiteralString) -> object:
    """Run one statement and return the first value of its answer."""
    with psycopg.connect(address) as connection:
        row = connection.execute(sql).fetchone()
    assert row
    return row[0]


def keep_a_row(address: str) -> None:
    """Commit a row, for a later start to find."""
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")


def server_pid(local: Path) -> int:
    """Return the number of the running PostgreSQL."""
    return int((local / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def wait_until_gone(pid: int) -> None:
    """Wait until a process has ended."""
    deadline = time.monotonic() + 20
    while command_line(pid) is not None:
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.05)


def test_both_answer_and_leave_nothing_when_stopped(servers: Servers, local: Path) -> None:
    addresses = servers.start()
    assert ask(addresses[DATABASE], "SELECT current_database()") == "followthrough"
    assert Redis.from_url(addresses[REDIS]).ping()
    pid = server_pid(local)
    sockets = Path(addresses[REDIS].removeprefix("unix://").split("?")[0]).parent
    servers.stop()
    assert command_line(pid) is None
    assert not sockets.exists()
    assert not servers.note.exists()


def test_a_second_start_finds_what_the_first_one_kept(servers: Servers, local: Path) -> None:
    address = servers.start()[DATABASE]
    keep_a_row(address)
    servers.stop()
    again = Servers(local, BOTH, durable=False)
    try:
        assert ask(again.start()[DATABASE], "SELECT n FROM kept") == 1
    finally:
        again.stop()


def test_text_is_unicode_and_can_be_normalised(servers: Servers) -> None:
    address = servers.start()[DATABASE]
    assert ask(address, "SHOW server_encoding") == "UTF8"
    assert ask(address, "SELECT lower(normalize('E\u0301LODIE', NFC))") == "\u00e9lodie"


def test_the_settings_suit_the_memory_and_take_effect(local: Path) -> None:
    small, large = tuned(1 * GB, durable=True), tuned(64 * GB, durable=True)
    assert (small["shared_buffers"], small["work_mem"]) == ("128MB", "8MB")
    assert (large["shared_buffers"], large["work_mem"]) == ("2048MB", "64MB")
    servers = Servers(local, BOTH)
    try:
        address = servers.start()[DATABASE]
        assert ask(address, "SHOW wal_compression") == "off"
        assert ask(address, "SHOW max_wal_size") == "2GB"
        assert ask(address, "SHOW random_page_cost") == "1.1"
        assert ask(address, "SHOW fsync") == "on"
        assert ask(address, "SELECT setting::int * 8 >= 64 * 1024 FROM pg_settings WHERE name = 'shared_buffers'")
    finally:
        servers.stop()


def test_a_pid_file_whose_number_is_now_another_program_does_not_stand_in_the_way(
    servers: Servers, local: Path
) -> None:
    servers.start()
    servers.stop()
    (local / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{local}\n1\n5432\n\n\n1 1\nready\n")
    assert ask(servers.start()[DATABASE], "SELECT 1") == 1


def test_an_interrupted_making_of_the_data_directory_is_begun_anew(servers: Servers, local: Path) -> None:
    unfinished = local / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    assert ask(servers.start()[DATABASE], "SELECT 1") == 1


def test_a_data_directory_of_another_major_version_is_refused_in_one_line(servers: Servers, local: Path) -> None:
    servers.start()
    servers.stop()
    version = local / "postgres" / "data" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedError, match="was written by PostgreSQL 15, and this is 18") as refused:
        servers.start()
    assert "\n" not in str(refused.value)
    version.write_text("18\n")


def copy_server(home: Path) -> Path:
    """Copy PostgreSQL to another place, and return the directory of its programs there."""
    server = postgres.binaries().parent
    shutil.copytree(server, home / "package" / "postgres", ignore=shutil.ignore_patterns("include"))
    libraries = server.parent.with_name(server.parent.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return home / "package" / "postgres" / "bin"


STARTER = """
import json, sys, time
from pathlib import Path
from config.embedded.servers import Servers
servers = Servers(Path(sys.argv[1]), ("DATABASE_URL", "REDIS_URL"))
print(json.dumps(servers.start()), flush=True)
time.sleep(600)
"""


def start_elsewhere(local: Path) -> tuple["subprocess.Popen[str]", dict[str, str]]:
    """Start the servers from another process; return it with the addresses."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(local)], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert starter.stdout
    return starter, json.loads(starter.stdout.readline())


def test_servers_end_with_a_starter_that_was_killed_and_the_next_start_loses_nothing(
    servers: Servers, local: Path
) -> None:
    starter, addresses = start_elsewhere(local)
    keep_a_row(addresses[DATABASE])
    pid = server_pid(local)
    starter.kill()
    starter.communicate()
    if sys.platform == "linux":
        wait_until_gone(pid)
    assert ask(servers.start()[DATABASE], "SELECT n FROM kept") == 1
    assert not Path(addresses[REDIS].removeprefix("unix://").split("?")[0]).parent.exists()


def test_everything_killed_at_once_heals_at_the_next_start(servers: Servers, local: Path) -> None:
    starter, addresses = start_elsewhere(local)
    keep_a_row(addresses[DATABASE])
    pid = server_pid(local)
    os.kill(pid, signal.SIGKILL)
    starter.kill()
    starter.communicate()
    assert ask(servers.start()[DATABASE], "SELECT n FROM kept") == 1


def test_a_checkout_under_a_very_long_path_works(tmp_path: Path) -> None:
    servers = Servers(tmp_path / ("long" * 30) / ("longer" * 20) / ".local", BOTH, durable=False)
    try:
        assert ask(servers.start()[DATABASE], "SELECT 1") == 1
    finally:
        servers.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_steps_down_even_under_a_directory_that_only_root_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    copied = copy_server(closed)
    monkeypatch.setattr(postgres, "binaries", lambda: copied)
    servers = Servers(closed / ".local", BOTH, durable=False)
    try:
        address = servers.start()[DATABASE]
        assert ask(address, "SELECT 1") == 1
        status = Path(f"/proc/{server_pid(closed / '.local')}/status").read_text()
        assert f"Uid:\t{pwd.getpwnam('nobody').pw_uid}\t" in status
        assert "CapPrm:\t0000000000000002\n" in status  # to pass by file permissions, and nothing else
    finally:
        servers.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user is who runs the whole suite already")
def test_an_ordinary_user_needs_no_right_of_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    if not python:
        pytest.skip("no Python that another user may run")
    nobody = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp())
    try:
        # What the installation gives an ordinary user: files that they may read, and a directory of their own.
        copied = copy_server(home)
        shutil.copy(redis.binary(), home)
        shutil.copy(process.LAUNCH, home)
        for path in (home, home / "own"):
            path.mkdir(exist_ok=True)
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        monkeypatch.setattr(postgres, "binaries", lambda: copied)
        monkeypatch.setattr(redis, "binary", lambda: home / "redis-server")
        monkeypatch.setattr(process, "LAUNCH", home / "launch.py")
        monkeypatch.setattr(sys, "executable", python)
        assert as_user(nobody, lambda: start_and_stop(home / "own" / ".local")) == 0
    finally:
        shutil.rmtree(home)


def start_and_stop(local: Path) -> None:
    """Start both servers, ask them, stop them."""
    servers = Servers(local, BOTH, durable=False)
    try:
        addresses = servers.start()
        assert os.geteuid() != 0
        assert ask(addresses[DATABASE], "SELECT 1") == 1
    finally:
        servers.stop()


def as_user(user: pwd.struct_passwd, work: Callable[[], None]) -> int:
    """Do the work in a fork that has become the user for good; return 0 when it went well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the fork uses no thread of ours
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
