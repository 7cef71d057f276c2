"""`make run` from the outside: it comes up, it goes down, and it comes up again after the worst."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded.servers import processes_of
from tests.servers import ROOT

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def port() -> int:
    """Return a port that is free, with the next one."""
    for port in range(20_000 + os.getpid() % 20_000, 65_000, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Return what starts the product in a group of its own, with everything kept apart; end it in the end."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment = {**keep, "LOCAL_DIR": str(tmp_path / "local"), "PORT": str(port)}
    started: list[subprocess.Popen[bytes]] = []

    def run() -> "subprocess.Popen[bytes]":
        with (tmp_path / "run.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def wait_until_ready(port: int, process: "subprocess.Popen[bytes]", log: Path) -> dict[str, object]:
    """Wait until the product says that it is ready, and return what it says. On a busy machine a first start, which lays
    every table, takes minutes."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


def mark(tmp_path: Path) -> str:
    """Return the mark that every process of this run carries."""
    return str(json.loads((tmp_path / "local" / "run" / "started.json").read_text())["run"])


@pytest.mark.slow
@pytest.mark.timeout(360)
def test_it_comes_up_ready_and_leaves_nothing_behind_after_ctrl_c(start: Start, port: int, tmp_path: Path) -> None:
    process = start()
    assert wait_until_ready(port, process, tmp_path / "run.log")["ready"] is True
    run = mark(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    assert processes_of(run) == []
    assert not (tmp_path / "local" / "postgres" / "data" / "postmaster.pid").exists()
    assert not (tmp_path / "local" / "run" / "started.json").exists()


@pytest.mark.slow
@pytest.mark.timeout(360)
def test_it_heals_when_everything_was_killed_and_ends_when_asked_to(start: Start, port: int, tmp_path: Path) -> None:
    first = start()
    wait_until_ready(port, first, tmp_path / "run.log")
    run = mark(tmp_path)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(10)
    second = start()
    assert wait_until_ready(port, second, tmp_path / "run.log")["ready"] is True
    assert processes_of(run) == []
    run = mark(tmp_path)
    second.terminate()
    assert second.wait(30) == 0
    assert processes_of(run) == []


def test_a_port_that_is_taken_is_one_line(start: Start, port: int, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert start().wait(30) == 1
    said = (tmp_path / "run.log").read_text()
    assert said == f"127.0.0.1:{port} cannot be served: Address already in use. Choose another: make run PORT=9000\n"
