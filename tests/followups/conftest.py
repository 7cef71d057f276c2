"""What tests of follow-ups share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client

if TYPE_CHECKING:
    from crm.models import User
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


@pytest.fixture
def as_() -> Callable[[User], Client]:
    """A browser in which somebody is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def at_now() -> Iterator[None]:
    """Every request of the test happens at NOW."""
    from tests.factories import NOW

    with time_machine.travel(NOW, tick=False):
        yield
