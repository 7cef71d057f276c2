"""What the settings make of the environment."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from tests.servers import ROOT

PRODUCTION = {
    "SECRET_KEY": "a-long-random-text-as-nobody-could-guess-it-0123456789-abcdefghijklm",
    "ALLOWED_HOSTS": "crm.example.com",
    "DATABASE_URL": "postgresql://somebody:secret@db.example.com/followthrough",
    "REDIS_URL": "redis://redis.example.com:6379/0",
}


def check_deploy(**variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the deployment check as production would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_djangos_deployment_check() -> None:
    done = check_deploy(**PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(name: str) -> None:
    done = check_deploy(**{key: value for key, value in PRODUCTION.items() if key != name})
    assert done.returncode != 0
    assert f"{name} is not set." in done.stderr


def test_a_database_address_may_escape_its_password_and_name_a_socket() -> None:
    server = environment.database("postgresql://ann:p%40ss%2Fword@db:5433/crm?sslmode=require")
    assert (server["USER"], server["PASSWORD"], server["HOST"], server["PORT"]) == ("ann", "p@ss/word", "db", "5433")
    assert server["OPTIONS"] == {"sslmode": "require"}
    socket = environment.database("postgresql://ann@/crm?host=/run/pg")
    assert (socket["HOST"], socket["NAME"]) == ("/run/pg", "crm")


def test_another_database_engine_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="must begin with postgresql://"):
        environment.database("mysql://db/crm")


def test_the_cache_lives_apart_from_the_queues() -> None:
    assert environment.redis_database("redis://:secret@host:6379/0", 1) == "redis://:secret@host:6379/1"
    assert environment.redis_database("unix:///run/redis.sock?db=0", 1) == "unix:///run/redis.sock?db=1"
    assert environment.broker("unix:///run/redis.sock?db=0") == "redis+socket:///run/redis.sock?virtual_host=0"


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("yes", True), ("0", False), ("", False), ("Off", False)])
def test_a_flag_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("DEBUG", value)
    assert environment.flag("DEBUG") is meant


def test_a_flag_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="DEBUG is 'perhaps'"):
        environment.flag("DEBUG")
