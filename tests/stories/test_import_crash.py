"""An import whose workers are killed goes on where it stopped: nobody twice, nobody left out."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ROWS, LEADS = 30_000, 3_000
DONE = "SELECT rows_done FROM crm_importbatch"


def write_file(path: Path) -> None:
    """Write clients, with some new leads spread among them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["First name", "Last name", "E-mail", "Lifecycle", "City"])
        for one in range(ROWS):
            lead = one % (ROWS // LEADS) == 0 and one // (ROWS // LEADS) < LEADS
            writer.writerow(
                [f"First {one}", f"Last {one}", f"p{one}@example.com", "new" if lead else "client", f"City {one % 90}"]
            )


def test_an_import_that_is_killed_again_and_again_ends_with_exact_counts(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    write_file(path)
    with mailbox() as box, Installation(mail_port=box.port) as house:
        house.shell("from tests.stories import cast; cast.storm_people(6)")
        before = house.value("SELECT count(*) FROM crm_contact")
        for name in ("slow", "worker", "beat"):
            house.start(name)
        house.shell(f"from tests.stories import cast; cast.begin_import({str(path)!r})")

        def reached(rows: int) -> bool:
            return bool(house.value(DONE) >= rows)

        wait_until(lambda: reached(5_000), seconds=60, what="the worker is at it", every=0.02)
        time.sleep(0.2)  # in the middle of a batch
        house.kill("slow")
        at = house.value(DONE)
        assert at < ROWS
        house.start("slow")
        house.empty_redis()
        for minutes, rows in ((3, at + 5_000), (6, at + 10_000)):
            now = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()  # the dead worker's lease is over
            house.start_command("tick", "--now", now)
            wait_until(lambda rows=rows: reached(rows), seconds=60, what="another goes on", every=0.02)
            time.sleep(0.1)
            house.kill("tick")
        house.kill("worker")
        assert 5_000 < house.value(DONE) < ROWS
        house.stop_all()
        house.manage("tick", "--now", (datetime.now(UTC) + timedelta(minutes=9)).isoformat())

        assert house.query("SELECT state, rows, rows_done, created, merged, skipped, failed FROM crm_importbatch") == [
            ("done", ROWS, ROWS, ROWS, 0, 0, 0)
        ]
        assert house.value("SELECT count(*) FROM crm_contact") == before + ROWS
        assert house.value("SELECT count(DISTINCT email) FROM crm_contact WHERE email <> ''") == ROWS
        assert house.value("SELECT count(*) FROM crm_importedcontact") == ROWS
        told = "SELECT count(*), count(DISTINCT contact_id) FROM crm_event WHERE kind = 'contact_imported'"
        assert house.query(told) == [(ROWS, ROWS)]
        first = "SELECT count(*), count(DISTINCT contact_id) FROM followups_followup WHERE speed_to_lead"
        assert house.query(first) == [(LEADS, LEADS)]
        assert house.value("SELECT count(*) FROM crm_pendingevent") == 0
