"""What the tests of automations share."""

from collections.abc import Iterator

import pytest


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
