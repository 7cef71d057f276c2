"""The harness itself: what stories stand on."""

import httpx
import pytest

from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_an_installation_gets_ready_and_survives_the_end_of_each_server() -> None:
    with mailbox() as box, Installation(mail_port=box.port) as house:
        for name in ("web", "worker", "beat"):
            house.start(name)

        def ready() -> bool:
            try:
                return httpx.get(f"{house.site}/readyz", timeout=5).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(ready, seconds=60, what="readyz says yes")
        house.crash_postgres()
        house.empty_redis()
        wait_until(ready, seconds=60, what="readyz says yes after the crash")
        house.kill("worker")
        house.start("worker")
        house.empty_redis()
        wait_until(ready, seconds=60, what="readyz says yes with a new worker")
        assert ready()
