"""The cast, for tests of who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.access.house import House
    from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    """Store everybody."""
    from tests.people import everybody

    return everybody()


@pytest.fixture(scope="module")
def standing(stays: None) -> House:
    """The cast with a record of each kind, stored once for all tests of the module."""
    from tests.access.house import House

    return House.build()


@pytest.fixture
def house(standing: House, db: None) -> House:
    """The same, for one test, which leaves it as it was."""
    return standing
