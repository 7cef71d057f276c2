"""Starts and ends one server process, and says in plain words why it did not come up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")


class EmbeddedError(Exception):
    """An embedded server cannot run here; the text says what to do, in one line."""


def launched(command: Sequence[str | Path], *, user: tuple[int, int], death: signal.Signals) -> list[str]:
    """Return the command line that runs `command` as `user` and ends it by `death` should we vanish."""
    head = [sys.executable, "-I", "-S", str(LAUNCH), str(user[0]), str(user[1]), str(int(death))]
    return head + [str(part) for part in command]


def start(
    command: Sequence[str | Path],
    *,
    user: tuple[int, int],
    death: signal.Signals,
    log: Path,
    answers: Callable[[], bool],
    seconds: float = 60,
) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own, so that Ctrl-C reaches us and not it, and wait until it answers."""
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = log.stat().st_size if log.exists() else 0
    with log.open("ab") as sink:
        process = subprocess.Popen(
            launched(command, user=user, death=death),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd="/",
            start_new_session=True,
        )
    deadline = time.monotonic() + seconds
    pause = 0.01
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process, signals=(signal.SIGKILL,))
            raise EmbeddedError(f"{Path(command[0]).name} did not start: {last_line(log, begin)} (see {log})")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
    return process


def last_line(log: Path, begin: int) -> str:
    """Return what the server said last since `begin`, or that it said nothing."""
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode(errors="replace").strip().splitlines()
    fatal = [line for line in lines if "FATAL" in line]
    return (fatal or lines or ["it said nothing"])[-1].strip()


def stop(process: "subprocess.Popen[bytes]", *, signals: Sequence[signal.Signals], seconds: float = 20) -> None:
    """Send the signals one after the other, from polite to final, until the process has ended."""
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue


def command_line(pid: int) -> str | None:
    """Return a live process's command line, None when there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() or None
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return None
    asked = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None


def end_orphan(pid: int, *, signals: Sequence[signal.Signals], seconds: float = 20) -> None:
    """End a process that is not our child: signal after signal until it is gone."""
    for number in signals:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if command_line(pid) is None:
                return
            time.sleep(0.05)
