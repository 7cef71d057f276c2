"""Where links in mails lead: to the pages that run, whichever process wrote the mail."""

import os
from pathlib import Path

import pytest

from config import embedded
from config.run import site


class Idle:
    """Servers that need not be started."""

    run = "abc"

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> dict[str, str]:
        return {embedded.DATABASE: "postgresql:///x", embedded.REDIS: "redis:///"}

    def stop(self) -> None:
        pass


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:9000"), ("0.0.0.0", "http://127.0.0.1:9000"), ("::", "http://[::1]:9000")],
)
def test_it_is_an_address_that_a_browser_reaches(host: str, address: str) -> None:
    assert site(host, "9000") == address


@pytest.mark.parametrize(
    ("given", "found"),
    [({}, "http://127.0.0.1:9000"), ({"SITE_URL": "https://crm.example.com"}, "https://crm.example.com")],
)
def test_a_command_beside_a_running_product_links_to_its_pages_or_where_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], found: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(embedded, "Servers", Idle)
        patch.setattr(os, "environ", {"LOCAL_DIR": str(tmp_path), **given})
        with embedded.owned(tmp_path, wait_for_others=False, site="http://127.0.0.1:9000"), embedded.ensure():
            assert os.environ["SITE_URL"] == found
