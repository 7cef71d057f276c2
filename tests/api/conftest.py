"""The cast, for tests of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    """Store everybody."""
    from tests.people import everybody

    return everybody()


@pytest.fixture
def worker_token(people: People) -> Iterator[str]:
    """An administrator's token, with a few records to find. The connection stays the test's own between requests."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    from tests.access.records import records
    from tests.api.calling import api_of

    records(people)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield api_of(people.ada, rate=1_000_000).secret
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
