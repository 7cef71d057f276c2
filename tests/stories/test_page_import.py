"""The real list of leads brought in from the page: upload, columns, check, import with its progress, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.stories import cast
from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import mailbox
from tests.stories.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.realdata, pytest.mark.timeout(180)]

CONTACTS = "SELECT count(*) FROM crm_contact WHERE deleted_at IS NULL"


def test_the_real_list_is_imported_from_the_page_and_taken_back(shared_data: Path) -> None:
    leads = shared_data / "xeducation_leads" / "leads.csv"
    with mailbox() as box, Installation(mail_port=box.port) as house, Visitor(house.site) as ada:
        house.shell("from tests.stories import cast; cast.school()")
        for name in ("web", "worker", "slow", "beat"):
            house.start(name)
        wait_until(lambda: answers(house), seconds=60, what="the pages are there")

        ada.sign_in("ada@example.com", cast.PASSWORD)
        ada.go("/imports/new/").send(to="/imports/new/", files={"file": ("leads.csv", leads.read_bytes(), "text/csv")})
        assert "Prospect ID" in ada.text
        assert house.value(CONTACTS) == 0

        ada.send(button=("step", "check"))
        result = str(ada.page.url) if ada.page else ""
        wait_until(
            lambda: ada.go(result).text.count("Would be made"), seconds=60, what="the dry run is done", every=0.3
        )
        assert "6,468" in ada.text
        assert house.value(CONTACTS) == 0

        ada.send(button=("step", "import"))
        wait_until(
            lambda: "Take the whole import back" in ada.go(result).text, seconds=60, what="it is imported", every=0.3
        )
        assert house.value(CONTACTS) == 6468
        made = "SELECT state, rows, created, merged, skipped, failed, u.email FROM crm_importbatch b JOIN crm_user u ON u.id = b.created_by_id"
        assert house.query(made) == [("done", 6468, 6468, 0, 0, 0, "ada@example.com")]
        waiting = (
            "SELECT count(*) FROM followups_followup WHERE speed_to_lead AND deleted_at IS NULL AND status = 'pending'"
        )
        wait_until(lambda: house.value(waiting) == 3980, seconds=60, what="each new lead has its first contact")

        ada.press(result.removeprefix(house.site).replace("result", "undo"))
        wait_until(lambda: "was taken back" in ada.go(result).text, seconds=60, what="it is taken back", every=0.3)
        assert house.value(CONTACTS) == 0
        open_ones = "SELECT count(*) FROM followups_followup WHERE deleted_at IS NULL"
        wait_until(lambda: house.value(open_ones) == 0, seconds=60, what="nobody has anything to do for them any more")
        house.stop_all()
        house.manage("tick", "--now", (datetime.now(UTC) + timedelta(hours=1)).isoformat())
        assert box.mails == []  # nobody was pestered about leads that are gone


def answers(house: Installation) -> bool:
    """Say whether the web process answers."""
    try:
        return httpx.get(f"{house.site}/healthz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
