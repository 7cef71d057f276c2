"""The cast, for tests of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    """Store everybody."""
    from tests.people import everybody

    return everybody()
