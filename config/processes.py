"""The processes of the product: what `make run` starts together, and docker-compose.yml each in a container."""

import os
import shlex
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
CELERY = "celery --quiet --app config"
QUIET = "--without-gossip --without-mingle --without-heartbeat --loglevel INFO"  # chatter among workers, not needed

PROCESSES = {
    # Pages, on as many processes as there are cores.
    "web": "gunicorn --config python:config.web config.wsgi",
    # Live updates: one light process holds the streams of all open pages.
    "live": "uvicorn config.asgi:application --no-access-log --log-level warning --timeout-graceful-shutdown 3",
    # Reminders and messages. Nothing slow may stand in their way, so they have a worker of their own.
    "worker": f"{CELERY} worker --hostname swift@%h --queues notifications,automation --concurrency 2 -O fair {QUIET}",
    # Automations, webhooks, imports, reports and whatever else may take its time: two at once, so that an import of
    # minutes holds up nobody's next step.
    "slow": f"{CELERY} worker --hostname slow@%h --queues analytics,default --concurrency 2 -O fair {QUIET}",
    # The clock. Two of them do no harm.
    "beat": f"{CELERY} beat --pidfile= --loglevel INFO",
}


#: What may take its time, and what does next to nothing, also gives way on the processor: at a start the pages come first.
NICE = {"slow": 5, "beat": 5}


def command(line: str, *, nice: int = 0) -> str:
    """Return the shell's command for a process, run from this environment's own programs; `nice` as nice(1) takes it."""
    program, *arguments = shlex.split(line)
    yielding = ["nice", "-n", str(nice)] if nice else []
    return "exec " + shlex.join([*yielding, str(BIN / program), *arguments])


def environment() -> dict[str, str]:
    """Return the environment that every process gets."""
    port = os.environ.get("LIVE_PORT") or str(int(os.environ.get("PORT") or "8000") + 1)
    return {
        "LIVE_URL": f":{port}/live/",
        "UVICORN_HOST": os.environ.get("HOST") or "127.0.0.1",
        "UVICORN_PORT": port,
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
