"""`make run`: everything that the product needs, in the foreground, until Ctrl-C."""

import errno
import os
import shutil
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

import django
from honcho import manager as honcho_manager
from honcho.printer import Printer

from config import embedded, frontend, processes

honcho_manager.KILL_WAIT = 12  # seconds from the first process that ended until the rest is killed

#: Seconds that a taken port is given to become free.
PATIENCE = 3.0
LOGINS = ("admin", "manager", "agent", "viewer")


def main() -> int:
    """Start everything, wait for the end, stop everything; return the exit code."""
    signal.signal(signal.SIGTERM, leave)
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    local = embedded.local_directory()
    embedded.development(local)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        embedded.heal(local)
        check_port(host, port)
        check_port(host, processes.environment()["UVICORN_PORT"], "LIVE_PORT")
        frontend.ready()
        with embedded.owned(local, wait_for_others=False, site=site(host, port)) as addresses:
            if addresses is None:
                return say("Another process of this checkout has its database open: stop the other make run first.")
            embedded.take(addresses)
            prepare(local)
            return serve(host, port, addresses[embedded.RUN])
    except (embedded.EmbeddedError, frontend.FrontendError, OSError) as error:
        return say(str(error))
    except KeyboardInterrupt:
        return 130


def say(line: str) -> int:
    """Print why it does not start, in one line, and return the exit code for it."""
    print(line, file=sys.stderr)
    return 1


def leave(signum: int, frame: FrameType | None) -> None:
    """End in good order on SIGTERM, as on Ctrl-C."""
    raise KeyboardInterrupt


def check_port(host: str, port: str, variable: str = "PORT") -> None:
    """Refuse a port that is taken or that we may not open, before anything is started.

    One that is taken gets a moment: processes of ours that were killed just now may still hold it.
    """
    deadline = time.monotonic() + PATIENCE
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        while not bound(found):
            if time.monotonic() > deadline:
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            time.sleep(0.1)
    except (OSError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OSError(f"{host}:{port} cannot be served: {reason}. Choose another: make run {variable}=9000") from error


def bound(found: Any) -> bool:
    """Whether the address could be taken just now; False while somebody else has it. Raises OSError otherwise."""
    with socket.socket(found[0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found[4])
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def prepare(local: Path) -> None:
    """Bring the database to the newest shape, fill it the first time, and build the stylesheet."""
    metrics = local / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands
    from django.db import connections

    from config import stylesheet
    from config.scheduling import load_schedule

    call_command("migrate", verbosity=0, interactive=False)
    load_schedule()
    stylesheet.build()
    if "demo" in get_commands() and not get_user_model().objects.exists():
        print("Filling in the demo data ...", flush=True)
        call_command("demo", verbosity=0)
    connections.close_all()  # the processes that follow are forks of this one


class AnnouncingPrinter(Printer):
    """Prints what the processes say; with the first line starts to watch for the pages."""

    def __init__(self, host: str, port: str) -> None:
        """Remember where the pages will be."""
        super().__init__(sys.stdout)
        self.place = (host, port)
        self.watching = False

    def write(self, message: Any) -> None:
        """Print a line. The first comes when all processes are forked, so a thread is harmless from here on."""
        super().write(message)
        if not self.watching:
            self.watching = True
            threading.Thread(target=announce, args=self.place, daemon=True).start()


class OrderlyManager(honcho_manager.Manager):
    """Ends the pages last and at once: while they answer, something of ours still runs."""

    LAST = "web"
    _terminating: bool

    def terminate(self) -> None:
        """Ask every process but the pages to finish what it is doing."""
        if not self._terminating:
            self._terminating = True
            for name, process in self._processes.items():
                if name != self.LAST and "pid" in process and "returncode" not in process:
                    self._procmgr.terminate(process["pid"])

    def _all_stopped(self) -> bool:
        """Say whether all have ended, asked many times a second; end the pages when they are the last."""
        left = {name: process for name, process in self._processes.items() if "returncode" not in process}
        if self._terminating and set(left) == {self.LAST} and not left[self.LAST].get("told"):
            left[self.LAST]["told"] = True
            os.killpg(left[self.LAST]["pid"], signal.SIGKILL)  # what a request had begun is rolled back
        return not left


def site(host: str, port: str) -> str:
    """Return where a browser on this machine finds the pages."""
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{reach}]:{port}" if ":" in reach else f"http://{reach}:{port}"


def announce(host: str, port: str) -> None:
    """Wait for the pages to answer, then print where they are and who may sign in."""
    address = f"{site(host, port)}/"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}healthz", timeout=2).close()  # noqa: S310
            break
        except OSError:
            time.sleep(0.1)
    lines = ["", f"  Followthrough is at {address}"]
    if os.environ.get("DEBUG") == "1":
        lines.append("  Demo logins, password demo: " + ", ".join(f"{name}@example.com" for name in LOGINS))
    lines += ["  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)


def serve(host: str, port: str, run: str) -> int:
    """Run the processes until one ends or somebody asks for the end, and leave none behind."""
    environment = processes.environment()
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(embedded.local_directory() / "metrics")
    manager = OrderlyManager(AnnouncingPrinter(host, port))
    for name, line in processes.PROCESSES.items():
        manager.add_process(name, processes.command(line, nice=processes.NICE.get(name, 0)), env=environment)
    try:
        manager.loop()
    finally:
        embedded.end_run(run)
    return 0 if manager.returncode in {130, 143} else manager.returncode or 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # everything is closed; taking all modules apart would cost another second
