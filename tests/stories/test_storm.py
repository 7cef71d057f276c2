"""Nobody is told twice and nobody is forgotten, whatever dies meanwhile. docs/crash-test.md tells the whole."""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from messaging.channels.email_smtp import EmailSmtp
from tests.stories.chaos import Chaos
from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

REMINDERS, PEOPLE, SPREAD = 5_000, 20, 20  # SPREAD in seconds
WORKERS, BEATS = 2, 2
SEED = int(os.environ.get("TEST_STORM_SEED") or 20261120)
BLOWS = {"kill_worker": 5, "kill_child": 4, "kill_beat": 2, "empty_redis": 5, "crash_postgres": 1}

#: Reminders, or their messages, that wait for their turn now. What a dead worker holds is not among them.
WAITING = """
SELECT (SELECT count(*) FROM followups_reminder WHERE state = 'waiting' AND fire_at <= now() + interval '1 minute')
     + (SELECT count(*) FROM messaging_message WHERE status IN ('pending', 'scheduled') AND kind = 'reminder')
"""
HELD = "SELECT count(*) FROM messaging_message WHERE status = 'sending'"
#: One row a message: follow-up's subject, the person, and what came of it.
MESSAGES = """
SELECT m.id, f.subject, u.email, m.channel, m.status, extract(epoch FROM m.sent_at - r.at)::float
FROM messaging_message m JOIN crm_user u ON u.id = m.user_id
JOIN followups_followup f ON m.cause_kind = 'followup' AND f.id = m.cause_id
LEFT JOIN followups_reminder r ON r.followup_id = f.id AND r.user_id = u.id
WHERE m.kind = 'reminder'
"""


def test_each_person_gets_each_reminder_once_while_everything_is_killed() -> None:
    with mailbox() as box, Installation(mail_port=box.port) as house:
        house.shell(f"from tests.stories import cast; cast.storm_people({PEOPLE})")
        for number in range(1, WORKERS + 1):
            house.start("worker", number=number)
        for number in range(1, BEATS + 1):
            house.start("beat", number=number)
        begin = datetime.now(UTC) + timedelta(seconds=8)
        house.shell(
            "from datetime import datetime; from tests.stories import cast;"
            f"cast.storm_reminders({REMINDERS}, begin=datetime.fromisoformat('{begin.isoformat()}'), seconds={SPREAD})"
        )
        assert house.value("SELECT count(*) FROM followups_reminder") == REMINDERS
        time.sleep(max(0.0, (begin - datetime.now(UTC)).total_seconds()))

        chaos = Chaos(house, seed=SEED, workers=WORKERS, beats=BEATS)
        chaos.rage(BLOWS, pause=(0.5, 2.5), enough=lambda: False)
        wait_until(lambda: house.value(WAITING) == 0, seconds=90, what="everything due has been taken", every=1)
        held = house.value(HELD)
        house.stop_all()
        # What the dead held comes back when their lease has run out. The clock is ours now, so nobody has to wait.
        house.manage("tick", "--now", (datetime.now(UTC) + timedelta(minutes=6)).isoformat())

        messages = house.query(MESSAGES)
        told = Counter((subject, person, channel) for _, subject, person, channel, *_ in messages)
        assert set(told.values()) == {1}
        assert len(told) == 2 * REMINDERS
        state = Counter((channel, status) for _, _, _, channel, status, _ in messages)
        assert state["in_app", "delivered"] == REMINDERS
        assert state["email", "sent"] + state["email", "uncertain"] == REMINDERS
        in_doubt = EmailSmtp.at_once * 2 * (chaos.struck["kill_worker"] + chaos.struck["kill_child"] + WORKERS)
        assert state["email", "uncertain"] <= in_doubt

        arrived = Counter(one.id for one in box.mails)
        assert set(arrived.values()) == {1}
        emails = {pk: status for pk, _, _, channel, status, _ in messages if channel == "email"}
        assert not [pk for pk, status in emails.items() if status == "sent" and pk not in arrived]
        reminded = Counter((one.subject, one.to) for one in box.about("Storm"))
        assert set(reminded.values()) == {1}
        never_arrived = [pk for pk, status in emails.items() if status == "uncertain" and pk not in arrived]
        assert len(reminded) + len(never_arrived) == REMINDERS

        late = sorted(seconds for *_, seconds in messages if seconds is not None)
        print(
            f"\n{dict(chaos.struck)}; {held} held by the dead; {dict(state)}; {len(never_arrived)} of the uncertain did "
            f"not arrive; late by {late[len(late) // 2]:.1f} s (median), {late[len(late) * 99 // 100]:.1f} s (p99)"
        )
