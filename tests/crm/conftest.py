"""What tests of the ground floor share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from pytest_django import Settings

    from crm.models import User
    from tests.people import People


@pytest.fixture
def people(db: None) -> People:
    """The cast, stored."""
    from tests.people import everybody  # models load only once Django is set up

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
def uploads(tmp_path: Path, settings: Settings) -> Path:
    """A folder of the test's own for uploaded files."""
    settings.PRIVATE_DIR = str(tmp_path / "private")
    return tmp_path / "private" / "uploads"
