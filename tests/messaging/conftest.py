"""What tests of messages share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    """The cast, stored."""
    from tests.people import everybody  # models load only once Django is set up

    return everybody()
