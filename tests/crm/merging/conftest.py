"""What tests of merging share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.crm.merging.things import World
    from tests.people import People


@pytest.fixture
def world(people: People) -> World:
    """Tags, audiences and partners for contacts to share."""
    from tests.crm.merging.things import World

    return World(people)
