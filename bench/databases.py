"""One database per size on the bench's own server, migrated and filled once, and again when the schema changes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


def schema_hash() -> str:
    """Return a hash of what the filled rows depend on."""
    digest = hashlib.sha256((ROOT / "bench" / "fill.py").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def ready_environment() -> None:
    """Point Django at a database that exists; `use` changes it per size."""
    os.environ["BENCH_SERVER_URL"] = os.environ["DATABASE_URL"]


def use(size: int) -> None:
    """Connect to the database of this size, filling it if this is the first time."""
    from django.conf import settings
    from django.core.cache import cache
    from django.db import connections

    name = f"bench_{size}_{schema_hash()}"
    connections.close_all()
    cache.clear()
    fresh = _make(name, old=rf"bench\_{size}\_%")
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = os.environ["BENCH_SERVER_URL"].replace("/followthrough?", f"/{name}?")
    if fresh:
        from django.core.management import call_command

        from bench import fill

        print(f"filling {size:,} follow-ups ...", flush=True)
        call_command("migrate", verbosity=0)
        fill.fill(size)


def _make(name: str, *, old: str) -> bool:
    """Create the database unless it is there, and drop what older schemas left; returns whether it was created."""
    with psycopg.connect(os.environ["BENCH_SERVER_URL"], autocommit=True) as server:
        names = [row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [old])]
        for other in names:
            if other != name:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(other)))
        if name in names:
            return False
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True
