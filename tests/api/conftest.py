"""The cast, for tests of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people import People


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Making up the requests at the edges takes a quarter of a minute: not where slow tests are left out anyway."""
    left_out = config.option.markexpr == "not slow" and collection_path.name == "test_conformance_edges.py"
    return True if left_out else None


@pytest.fixture
def people(db: None) -> People:
    """Store everybody."""
    from tests.people import everybody

    return everybody()


@pytest.fixture(scope="module")
def standing_token(stays: None) -> str:
    """An administrator's token, with a few records to find, stored once for all tests of the module."""
    from tests.access.records import records
    from tests.api.calling import api_of
    from tests.people import everybody

    people = everybody()
    records(people)
    return api_of(people.ada, rate=1_000_000).secret


@pytest.fixture
def worker_token(standing_token: str, db: None) -> Iterator[str]:
    """The same for one test, which leaves all as it was. The connection stays the test's own between requests."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield standing_token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
