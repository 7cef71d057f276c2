"""Whatever dies meanwhile, the engine does to everybody what it does in a calm. docs/crash-test.md tells the whole."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from typing import Any

import pytest

from tests.stories.automation_cast import CLASSES
from tests.stories.chaos import Chaos
from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

#: Each of the twenty thousand goes through two automations or leaves by an answer: some 33,000 rounds in all.
CALM, STORM, WORKERS, BEATS = CLASSES * 4, int(os.environ.get("TEST_STORM_PEOPLE") or 20_000), 2, 2
SEED = int(os.environ.get("TEST_STORM_SEED") or 20261121)
BLOWS = {"kill_worker": 3, "kill_child": 6, "kill_beat": 1, "empty_redis": 2, "crash_postgres": 1}

#: What has still to be told or done now.
WORK = """
SELECT (SELECT count(*) FROM crm_pendingevent) + (SELECT count(*) FROM crm_parkedevent WHERE next_at IS NOT NULL)
     + (SELECT count(*) FROM automation_enrollment
        WHERE status IN ('active', 'waiting') AND (status = 'active' OR next_at <= now()))
"""
#: What became of each: every round with its steps, every message, follow-up and tag.
OUTCOME = """
SELECT c.last_name::int, c.city,
    (SELECT array_agg(a.name || ':' || e.status || ':' || e.stop_reason || ':' || coalesce(
        (SELECT string_agg(v.step || '>' || v.way, ' ' ORDER BY v.number) FROM automation_stepvisit v
         WHERE v.enrollment_id = e.id), '') ORDER BY a.name, e.round)
     FROM automation_enrollment e JOIN automation_automation a ON a.id = e.automation_id WHERE e.contact_id = c.id),
    (SELECT array_agg(t.name ORDER BY t.name, m.id) FROM messaging_message m
     JOIN messaging_messagetemplate t ON t.id = m.template_id WHERE m.contact_id = c.id AND m.direction = 'out'),
    (SELECT array_agg(f.subject) FROM followups_followup f WHERE f.contact_id = c.id),
    (SELECT count(*) FROM crm_contacttag g WHERE g.contact_id = c.id)
FROM crm_contact c WHERE c.first_name = %s
"""


class Weeks:
    """A crowd that lives through the same days as every other."""

    def __init__(self, house: Installation, mark: str, number: int) -> None:
        """Begin with nobody."""
        self.house, self.mark, self.number = house, mark, number

    def cast(self, call: str) -> None:
        self.house.shell(f"from tests.stories import automation_cast as cast; cast.{call}")

    def quiet(self) -> None:
        wait_until(lambda: self.house.value(WORK) == 0, seconds=400, what="everything due has been done", every=0.5)

    def live(self, chaos: Chaos | None) -> None:
        """Enter; a day; some pay, some answer; three more days. The storm rages over each of the waves."""
        begin = [f"people({self.number}, '{self.mark}')", "days_pass(1)"]
        some = [
            f"some_do('{self.mark}', 'order_paid', 3)",
            f"some_do('{self.mark}', 'message_received', 7, two_way=True)",
        ]
        for calls in ([begin[0]], [begin[1]], some, ["days_pass(3)"], ["days_pass(3)"]):
            for call in calls:
                self.cast(call)
            if chaos is not None:
                chaos.rage(BLOWS, pause=(0.3, 1.5), enough=lambda: self.house.value(WORK) == 0)
            self.quiet()

    def outcomes(self) -> dict[int, set[Any]]:
        """What became of the people of each class: all that differs."""
        found: dict[int, set[Any]] = defaultdict(set)
        for number, *rest in self.house.query(OUTCOME, self.mark):
            found[number % CLASSES].add(repr(rest))
        return found


def test_a_storm_of_twenty_thousand_ends_as_a_calm_does() -> None:
    with mailbox() as box, Installation(mail_port=box.port) as house:
        house.shell("from tests.stories import automation_cast as cast; cast.library()")
        house.start("worker")  # takes the pulses, tells events, and leaves the engine's work to the others
        for number in range(1, WORKERS + 1):
            house.start("slow", number=number)
        for number in range(1, BEATS + 1):
            house.start("beat", number=number)
        calm, storm = Weeks(house, "Calm", CALM), Weeks(house, "Storm", STORM)
        calm.live(None)
        expected = calm.outcomes()
        assert {len(one) for one in expected.values()} == {1}, "in a calm, people of one class end alike"
        assert len({one for some in expected.values() for one in some}) >= 4, "the classes live different lives"

        began = time.monotonic()
        chaos = Chaos(house, seed=SEED, workers=WORKERS, beats=BEATS, kind="slow")
        storm.live(chaos)
        took = time.monotonic() - began
        assert storm.outcomes() == expected
        rounds = house.value("SELECT count(*) FROM automation_enrollment")
        visits = house.value("SELECT count(*) FROM automation_stepvisit")
        assert chaos.struck["kill_worker"] + chaos.struck["kill_child"] >= 5
        house.stop_all()
        print(f"\n{dict(chaos.struck)} in {took:.0f} s over {STORM:,} people, {rounds:,} rounds, {visits:,} steps")
