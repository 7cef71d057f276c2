"""A real list of leads, a team, and everything that happens to it by itself, with the processes of `make run`."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import Mailbox, mailbox

pytestmark = [pytest.mark.slow, pytest.mark.realdata, pytest.mark.timeout(300)]

AGENTS = {"Sam", "Noor", "Otto", "Lena"}  # Ivo is away
STEP_IN = {"Mara", "Ada"}  # once every agent carries what they can, and no more than they can
BOSSES = {"mara@example.com", "ada@example.com"}
CAPACITY = 20
FIRST_CONTACTS = "SELECT count(*) FROM followups_followup WHERE subject = 'Initial contact' AND speed_to_lead"
CONTACTS = "SELECT count(*) FROM crm_contact WHERE deleted_at IS NULL"
SHARES = """
SELECT u.full_name, count(*) FROM followups_followup f JOIN crm_user u ON u.id = f.assignee_id
WHERE f.speed_to_lead GROUP BY 1
"""


@pytest.fixture
def leads(shared_data: Path) -> Path:
    """Return the file of real leads."""
    return shared_data / "xeducation_leads" / "leads.csv"


def test_a_real_list_of_leads_gets_its_follow_ups_reminders_escalations_and_digests(leads: Path) -> None:
    with leads.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6468
    with mailbox() as box, Installation(mail_port=box.port) as house:
        zone = ZoneInfo(house.shell("from tests.stories import cast; print(cast.school())"))
        for name in ("web", "worker", "slow", "beat"):
            house.start(name)
        bring_in(house, leads, rows)
        begin = share_out(house, rows)
        remind(house, box)
        house.stop_all()  # from here on the clock is ours
        pass_on(house, begin)
        escalate(house, box, begin)
        digest(house, box, (begin + timedelta(days=1)).astimezone(zone))
        bring_in_again(house, leads)


def bring_in(house: Installation, leads: Path, rows: list[dict[str, str]]) -> None:
    """Import, and find in the database what stands in the file."""
    done = json.loads(house.manage("import_contacts", str(leads), "--json").stdout)
    assert {name: done[name] for name in ("rows", "created", "merged", "skipped", "failed")} == {
        "rows": 6468,
        "created": 6468,
        "merged": 0,
        "skipped": 0,
        "failed": [],
    }
    assert house.value(CONTACTS) == 6468
    converted = Counter(row["Converted"] for row in rows)
    assert dict(house.query("SELECT lifecycle, count(*) FROM crm_contact GROUP BY 1")) == {
        "new": converted["0"],
        "client": converted["1"],
    }
    assert dict(house.query("SELECT channel, count(*) FROM crm_consent WHERE state = 'withdrawn' GROUP BY 1")) == {
        "email": sum(row["Do Not Email"] == "Yes" for row in rows),
        "call": sum(row["Do Not Call"] == "Yes" for row in rows),
    }
    own = dict(house.query("SELECT label, slug FROM crm_customfield"))
    assert len(own) == 30
    told = sum(row["Specialization"] not in ("", "Select") for row in rows)
    assert house.value("SELECT count(*) FROM crm_contact WHERE custom ? %s", own["Specialization"]) == told
    assert house.value("SELECT count(*) FROM crm_contact WHERE custom::text LIKE %s", '%"Select"%') == 0


def share_out(house: Installation, rows: list[dict[str, str]]) -> datetime:
    """Wait for the workers; each new lead has one first contact within minutes. Returns when the first is due."""
    expected = sum(row["Converted"] == "0" for row in rows)
    wait_until(lambda: house.value(FIRST_CONTACTS) == expected, seconds=60, what="each new lead has its first contact")
    assert house.value("SELECT count(DISTINCT contact_id) FROM followups_followup WHERE speed_to_lead") == expected
    late = """
        SELECT count(*) FROM followups_followup f JOIN crm_contact c ON c.id = f.contact_id WHERE f.speed_to_lead
        AND (c.lifecycle <> 'new' OR f.status <> 'pending' OR f.due_at - f.created_at > interval '5 minutes'
             OR f.created_at - c.created_at > interval '1 minute')
    """
    assert house.value(late) == 0
    shares = dict(house.query(SHARES))
    assert set(shares) == AGENTS | STEP_IN
    assert [shares[name] for name in STEP_IN] == [CAPACITY, CAPACITY]
    agents = [shares[name] for name in AGENTS]
    assert max(agents) - min(agents) <= 1
    owners = "SELECT count(*) FROM followups_followup f JOIN crm_contact c ON c.id = f.contact_id AND c.owner_id = f.assignee_id"
    assert house.value(owners) == expected
    begin = house.value("SELECT min(due_at) FROM followups_followup WHERE speed_to_lead")
    assert isinstance(begin, datetime)
    return begin


def remind(house: Installation, box: Mailbox) -> None:
    """A reminder reaches the mailbox within five seconds of its time, once."""
    at = datetime.fromisoformat(
        house.shell("from tests.stories import cast; print(cast.remind('Noor', 'Send the brochure', seconds=6))")
    )
    wait_until(lambda: box.about("Send the brochure"), seconds=20, what="the reminder is in the mailbox", every=0.05)
    assert datetime.now(at.tzinfo) - at <= timedelta(seconds=5)
    time.sleep(4)  # two more pulses
    assert [mail.to for mail in box.about("Send the brochure")] == ["noor@example.com"]


def pass_on(house: Installation, begin: datetime) -> None:
    """Unmet, each goes to the next who is there, five minutes each, and to nobody twice."""
    held = [dict(house.query("SELECT id, assignee_id FROM followups_followup WHERE speed_to_lead"))]
    for turn in (1, 2, 3):
        house.manage("tick", "--now", (begin + timedelta(minutes=6 * turn)).isoformat())
        assert house.query("SELECT DISTINCT passes, status FROM followups_followup WHERE speed_to_lead") == [
            (turn, "pending")
        ]
        assert AGENTS <= set(dict(house.query(SHARES))) <= AGENTS | STEP_IN
        held.append(dict(house.query("SELECT id, assignee_id FROM followups_followup WHERE speed_to_lead")))
    assert all(len({turn[pk] for turn in held}) == len(held) for pk in held[0])


def escalate(house: Installation, box: Mailbox, begin: datetime) -> None:
    """Passed on in vain it is missed, and climbs to the manager and the administrator, each told once."""
    house.manage("tick", "--now", (begin + timedelta(minutes=24)).isoformat())
    assert house.query("SELECT DISTINCT status FROM followups_followup WHERE speed_to_lead") == [("missed",)]
    climbing = "SELECT count(*) FROM followups_escalation WHERE closed_at IS NULL"
    assert house.value(climbing) == house.value(FIRST_CONTACTS)
    told = [
        mail.subject.split()[0].replace(",", "") for mail in box.about("nobody has reached yet") if mail.to in BOSSES
    ]
    assert sum(int(word) if word.isdigit() else 1 for word in told) == house.value(FIRST_CONTACTS)
    # Thousands of leads that nobody calls are no reason to write thousands of mails.
    assert max(Counter(mail.to for mail in box.mails).values()) < 50


def digest(house: Installation, box: Mailbox, tomorrow: datetime) -> None:
    """At eight in the morning, and not before, everybody who has something to do gets one digest."""
    eight = tomorrow.replace(hour=8, minute=0, second=0, microsecond=0)
    digests = (
        "SELECT u.full_name, m.id FROM messaging_message m JOIN crm_user u ON u.id = m.user_id WHERE m.kind = 'digest'"
    )
    house.manage("tick", "--now", (eight - timedelta(minutes=1)).isoformat())
    assert house.query(digests) == []
    for _ in range(2):
        house.manage("tick", "--now", eight.isoformat())
        made = house.query(digests + " AND m.channel = 'email'")
        assert Counter(name for name, _ in made) == Counter([*AGENTS, "Mara", "Ada"])
        arrived = Counter(mail.id for mail in box.mails)
        assert [arrived[pk] for _, pk in made] == [1] * len(made)


def bring_in_again(house: Installation, leads: Path) -> None:
    """A second import of the same file adds nobody and nothing to do."""
    before = house.value("SELECT count(*) FROM followups_followup")
    done = json.loads(house.manage("import_contacts", str(leads), "--json").stdout)
    assert (done["rows"], done["created"], done["failed"]) == (6468, 0, [])
    assert house.value(CONTACTS) == 6468
    house.manage("tick")
    assert house.value("SELECT count(*) FROM followups_followup") == before
