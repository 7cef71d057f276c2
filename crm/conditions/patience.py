"""How long counting a condition may take while somebody waits: past that, the answer is that it takes too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

T = TypeVar("T")
#: Milliseconds that one statement may take.
PATIENCE_MS = 5_000


def in_time(work: Callable[[], T]) -> T | None:
    """What the work comes to; None where one of its statements was cut off."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
            found = work()
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            return found
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            return None
        raise
