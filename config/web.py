"""How gunicorn serves the pages; HOST, PORT, WEB_CONCURRENCY and WEB_THREADS come from the environment."""

import os
from typing import Any

from prometheus_client import multiprocess

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
threads = int(os.environ.get("WEB_THREADS") or 2)
preload_app = True  # one import for all, and memory that they share
max_requests = 20_000  # then a fresh process, so that no leak lasts
max_requests_jitter = 2_000
timeout = 60  # seconds
graceful_timeout = 25  # seconds for running requests when asked to stop; containers are killed after thirty
control_socket_disable = True
errorlog = "-"
loglevel = "error"


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a process that has gone."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library says no types here
