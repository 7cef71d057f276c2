"""What real worker and beat processes do: how late they are, what they cost when idle, how large they grow."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection

from bench import fill
from bench.measurement import Measurement, percentile
from bench.sink import sink
from bench.sweeps import run
from config import processes
from config.scheduling import load_schedule

LOAD = 100  # reminders a second
LOAD_SECONDS = 20
IDLE_SECONDS = 60
MESSAGES = 20_000


@contextmanager
def running(*names: str, **environment: str) -> Iterator[list[int]]:
    """Run the product's own processes for the block; gives the ids of their groups."""
    started = [
        subprocess.Popen(
            ["/bin/sh", "-c", processes.command(processes.PROCESSES[name])],
            env={**processes.environment(), **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for name in names
    ]
    try:
        yield [process.pid for process in started]
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def group_cpu(groups: list[int]) -> float:
    """Return the processor seconds used so far by the living processes of these groups."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) in groups:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def lateness(size: int) -> Iterable[Measurement]:
    """Reminder due to message handed over to a mail server, under a steady load."""
    count = LOAD * LOAD_SECONDS
    run("TRUNCATE followups_reminder")
    run("TRUNCATE messaging_message CASCADE")
    fill.lay_out()
    run(
        "UPDATE followups_followup SET due_at = now() + interval '9 days', due_by = now() + interval '9 days' WHERE status = 'pending'"
    )
    run("DELETE FROM crm_clock")
    load_schedule()
    with sink() as port:
        mail = {"EMAIL_PROVIDER": "smtp", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "EMAIL_USE_TLS": "0"}
        with running("worker", "beat", **mail):
            time.sleep(12)  # until both are up and at their rhythm
            first = datetime.now(UTC) + timedelta(seconds=3)
            fill.reminders(count, due_at=first)
            run(
                "UPDATE followups_reminder r SET fire_at = r.fire_at + t.n * interval '1 second' / %s"
                " FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM followups_reminder) t WHERE t.id = r.id",
                [LOAD],
            )
            time.sleep(3 + LOAD_SECONDS + 8)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM m.sent_at - r.fire_at)::float FROM messaging_message m"
            " JOIN followups_reminder r ON r.id = split_part(m.dedupe_key, ':', 2)::bigint"
            " WHERE m.channel = 'email' AND m.kind = 'reminder' AND m.sent_at IS NOT NULL"
        )
        late = [row[0] for row in cursor.fetchall()]
    if len(late) != count:
        raise RuntimeError(f"{len(late)} of {count} reminders were handed over")
    yield Measurement("lateness", percentile(late, 0.99), "s (p99)", 5, "lower", judged="value", size=size)


def idle(size: int) -> Iterable[Measurement]:
    """Processor and queries a minute of worker and beat with nothing due."""
    from config.embedded import local_directory

    run("TRUNCATE followups_reminder")
    run("TRUNCATE messaging_message CASCADE")
    run("TRUNCATE crm_pendingevent")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        name = cursor.fetchone()[0]
        cursor.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
    log = local_directory() / "logs" / "postgres.log"
    try:
        with running("worker", "beat") as groups:
            time.sleep(20)
            begin, before = log.stat().st_size, group_cpu(groups)
            time.sleep(IDLE_SECONDS)
            used = group_cpu(groups) - before
            with log.open("rb") as file:
                file.seek(begin)
                text = file.read().decode(errors="replace")
    finally:
        run(f'ALTER DATABASE "{name}" RESET log_statement')
    queries = len(re.findall(r"LOG:  (?:statement|execute [^:]*):", text)) * 60 / IDLE_SECONDS
    yield Measurement("idle queries", queries, "a minute", 120, "lower", judged="value", size=size)
    yield Measurement("idle processor", 100 * used / IDLE_SECONDS, "% of a core", 1, "lower", judged="value", size=size)


def memory(size: int) -> Iterable[Measurement]:
    """The resident memory of a worker's process after so many messages."""
    out = subprocess.run(
        [sys.executable, "-m", "bench.long_life", str(MESSAGES)],
        env=processes.environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    yield Measurement("memory", float(out.split()[-1]), "MB", 200, "lower", judged="value", size=size)
