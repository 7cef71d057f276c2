"""What the tests of automations share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    """The cast, stored."""
    from tests.people import everybody  # models load only once Django is set up

    return everybody()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Forget the versions that other tests made: their ids come again."""
    from automation import compiling
    from automation.triggers import listening

    compiling.forget()
    listening.forget()
    yield
    compiling.forget()
    listening.forget()
