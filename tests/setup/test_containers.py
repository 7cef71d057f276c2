"""The containers run the same processes as `make run`."""

from typing import Any

import pytest
import yaml

from config.processes import PROCESSES
from tests.servers import ROOT


@pytest.fixture
def services() -> dict[str, Any]:
    """Return the services of docker-compose.yml."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_there_is_a_container_for_each_process_and_each_server(services: dict[str, Any]) -> None:
    assert set(services) == {*PROCESSES, "postgres", "redis", "migrate"}


@pytest.mark.parametrize("name", ["worker", "slow"])
def test_a_worker_takes_the_same_queues_in_both(services: dict[str, Any], name: str) -> None:
    def queues(line: str) -> str:
        words = line.split()
        return words[words.index("--queues") + 1]

    assert queues(services[name]["command"]) == queues(PROCESSES[name])


def test_every_process_waits_for_the_migrations(services: dict[str, Any]) -> None:
    for name in PROCESSES:
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
