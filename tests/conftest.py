"""What every test may count on: real servers of its own, no outside network, a browser."""

import gc
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import network
from tests.servers import GIVEN, ROOT, TestServers

SERVERS = TestServers()
SERVERS.put_addresses()
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
network.guard()

pytest_plugins = ["tests.browsing"]


def pytest_configure(config: pytest.Config) -> None:
    """Make passwords cheap; nothing else differs from the product's settings."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each worker choose its own servers before its settings are read: it would inherit our choice."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long stories. They have databases of their own; all others keep their order, those that commit last."""
    items.sort(key=lambda item: not (item.path.parent.name == "stories" and item.get_closest_marker("slow")))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays to the end: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, however the session ended."""
    SERVERS.stop()


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> None:
    """Start this process's Redis."""
    if not os.environ.get("TEST_REDIS_URL"):
        SERVERS.redis.start()


@pytest.fixture(autouse=True)
def no_chat_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember that there are none, for as long as a test makes none: asking anew now and then would be a query more."""
    from messaging import chat_rooms

    monkeypatch.setattr(chat_rooms, "_rooms", (math.inf, ()))


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Start this process's PostgreSQL when the first test asks for the database."""
    SERVERS.start_postgres()
    if worker := os.environ.get("PYTEST_XDIST_WORKER") if GIVEN else None:
        from django.conf import settings

        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_followthrough_{worker}"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: pytest.FixtureRequest,
) -> None:
    """Migrate the test database, or take the migrated one that was kept."""
    from django.db import connections
    from django.test.utils import setup_databases

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        setup_databases(
            verbosity=0, interactive=False, aliases=["default"], serialized_aliases=[], keepdb=SERVERS.migrated
        )
        if not SERVERS.migrated:
            connections.close_all()
            SERVERS.keep_migrated()
    if not GIVEN:  # it needs the rights of our own server
        from django.test import TransactionTestCase

        from tests.emptying import empty

        TransactionTestCase._fixture_teardown = lambda case: empty()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def stays(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """What fixtures of the module store beneath this stays until its last test; each test still undoes its own.

    Only for modules without tests that really commit: they would wait for this transaction.
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True  # durable blocks may be within
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def empty_redis(redis_server: None) -> Iterator[None]:
    """Leave nothing in Redis for the next test."""
    yield
    from redis import Redis

    with Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushall()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the directory of real data beside the checkout; skip where there is none."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("the real data lies beside the checkout, in ../shared/data, and is not there")
    return path
