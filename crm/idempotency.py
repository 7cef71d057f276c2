"""A write that is sent twice happens once: the answer is kept with its Idempotency-Key in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from crm.models import ApiToken, IdempotencyKey

KEPT = timedelta(hours=24)
#: How long a second request waits for the first of the same key to finish.
PATIENCE = "10s"


class OtherRequest(Exception):
    """The key was used for a different request."""


class StillWorking(Exception):
    """The first request with this key has not finished."""


def fingerprint(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


def once(
    token: ApiToken, key: str, print_: str, do: Callable[[], tuple[int, str, Any]], *, now: datetime
) -> tuple[Any, tuple[int, str] | None]:
    """Run `do` unless the key already has an answer; returns (its result, None) or (None, (status, body)).

    `do` returns status, body and whatever the caller needs back. Its writes and the kept answer commit together; an
    answer of 400 or more undoes both, so that the request may be repeated. A second request waits for the first.
    Raises OtherRequest and StillWorking.
    """
    IdempotencyKey.objects.filter(token=token, created_at__lt=now - KEPT).delete()
    with transaction.atomic():
        if not _take(token, key, print_, now):
            return None, _kept(token, key, print_)
        status, body, result = do()
        if status >= 400:
            transaction.set_rollback(True)
        else:
            IdempotencyKey.objects.filter(token=token, key=key).update(status=status, body=body)
        return result, None


def _take(token: ApiToken, key: str, print_: str, now: datetime) -> bool:
    # The unique index makes the second request wait here until the first has committed or given up.
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute(
                "INSERT INTO crm_idempotencykey (token_id, key, fingerprint, body, created_at) VALUES (%s, %s, %s, '', %s)"
                " ON CONFLICT (token_id, key) DO NOTHING",
                [token.pk, key, print_, now],
            )
            taken = bool(cursor.rowcount == 1)
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as problem:
        raise StillWorking(key) from problem
    return taken


def _kept(token: ApiToken, key: str, print_: str) -> tuple[int, str]:
    row = IdempotencyKey.objects.get(token=token, key=key)
    if row.fingerprint != print_:
        raise OtherRequest(key)
    if row.status is None:
        raise StillWorking(key)
    return row.status, row.body
