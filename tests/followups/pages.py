"""Looking at pages in tests: what they say and what they cost."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries(client: Client, address: str) -> int:
    """How many queries a page takes, nothing remembered from before."""
    client.get(address)  # the session is written once
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, answer.content[:500]
    return len(captured)


def text(answer: Any) -> str:
    """The words of an answer."""
    return str(answer.content.decode())
