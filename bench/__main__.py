"""Run the benchmarks: `python -m bench --size small|full [--only NAME ...]`.

`small` measures at 10,000 follow-ups, `full` at 10,000, 100,000 and 1,000,000. Every size has a database of its own on an
embedded server under `.local/bench`, filled once and kept. Prints a table and writes bench/latest.json; the exit code is 1
when a goal does not hold and --strict is given.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = {"small": [10_000], "full": [10_000, 100_000, 1_000_000]}


def main() -> int:
    """Start the servers, measure, print and write."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    chosen = parser.parse_args()

    local = HERE.parent / ".local" / "bench"
    local.mkdir(parents=True, exist_ok=True)
    os.environ.update(LOCAL_DIR=str(local), DEBUG="0", SECRET_KEY="for measuring only " * 4, ALLOWED_HOSTS="*")
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", HTTPS="0", HTTPS_REDIRECT="0", LOG_LEVEL="ERROR")
    os.environ.update(WAKE_WORKERS="0", EMAIL_PROVIDER="keep")
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    from config.embedded import ensure

    with ensure():
        measured = run(SIZES[chosen.size], set(chosen.only))
    lines = [line.as_json() for line in measured]
    (HERE / "latest.json").write_text(json.dumps(lines, indent=1) + "\n")
    missed = [line for line in measured if not line.holds]
    print(f"\n{len(measured) - len(missed)} goals hold, {len(missed)} do not. bench/latest.json is written.")
    return 1 if missed and chosen.strict else 0


def run(sizes: list[int], only: set[str]) -> list:  # type: ignore[type-arg]
    """Measure everything at each size, then what compares sizes."""
    import django

    from bench import databases

    databases.ready_environment()
    django.setup()
    from django.core.management import call_command

    from bench import registry, table
    from bench.growth import growth
    from config import stylesheet

    stylesheet.build()
    call_command("collectstatic", interactive=False, verbosity=0)
    measured = []
    for size in sizes:
        databases.use(size)
        for bench in registry.chosen(only):
            if not bench.at(size, sizes):
                continue
            start = time.monotonic()
            for line in bench.measure(size):
                measured.append(line)
                table.show(line, took=time.monotonic() - start)
    for line in growth(measured):
        measured.append(line)
        table.show(line, took=0)
    return measured


if __name__ == "__main__":
    sys.exit(main())
