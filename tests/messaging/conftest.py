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


@pytest.fixture
def committing(transactional_db: None) -> People:
    """The cast and the first rows, for tests whose transactions really commit."""
    from tests.firsts import put_back
    from tests.people import everybody

    put_back()
    return everybody()
