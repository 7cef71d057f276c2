"""Ten thousand messages to contacts over three channels, while workers, servers and providers fail. docs/crash-test.md."""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from messaging.addresses import read_name
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio
from tests.stories.chaos import Chaos
from tests.stories.installation import Installation, wait_until
from tests.stories.mailbox import mailbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MESSAGES, CONTACTS, WORKERS = 10_000, 1_500, 4
SEED = int(os.environ.get("TEST_STORM_SEED") or 20261121)
BLOWS = {"kill_worker": 8, "kill_child": 24, "empty_redis": 2, "crash_postgres": 2}
#: One call in five to a provider fails, in these ways.
FAULTS = (
    *["busy"] * 2, *["error"] * 12, *["drop_before"] * 10, *["drop_after"] * 12, "hang_before", "hang_after", "slow",
)  # fmt: skip
SHARE = 0.2

OPEN = "SELECT count(*) FROM messaging_message WHERE status IN ('pending', 'scheduled', 'sending')"
OWN_NAME = re.compile(rb"^Message-ID: <(\d+)\.", re.MULTILINE)
DUE = "SELECT count(*) FROM messaging_message WHERE status IN ('pending', 'scheduled') AND send_after <= now() AND attempts = 0"
NEXT = """
SELECT min(least(CASE WHEN status IN ('pending', 'scheduled') THEN send_after END, lease_until, look_up_at))
FROM messaging_message WHERE kind = 'storm' AND (channel <> 'email' OR status <> 'uncertain')
"""
DOUBTFUL = "SELECT count(*) FROM messaging_message WHERE status = 'uncertain' AND channel <> 'email'"
FOUND = "SELECT id, channel, status, provider_id, subject FROM messaging_message WHERE kind = 'storm'"


def test_no_message_is_lost_or_doubled_while_workers_servers_and_providers_fail() -> None:
    chance = random.Random(SEED)
    with mailbox() as box, FakeTwilio() as twilio, Installation(mail_port=box.port) as house:
        twilio.keeping_requests, twilio.retry_after, twilio.hang = False, "1", 1.5
        house.environment |= {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_SMS_FROM": "+15005550006",
            "TWILIO_WHATSAPP_FROM": "+15005550007",
            "TWILIO_API_URL": twilio.url,
            "TWILIO_TIMEOUT": "1",
        }
        twilio.fail_some(SHARE, seed=SEED, kinds=FAULTS)
        box.declines = lambda: "451 4.3.0 try again later" if chance.random() < SHARE else ""
        for number in range(1, WORKERS + 1):
            house.start("worker", number=number)
        house.start("beat", number=1)
        began = time.monotonic()
        code = f"from tests.stories import cast; print(cast.words_to_contacts({MESSAGES}, contacts={CONTACTS}))"
        assert house.shell(code) == str(MESSAGES)

        chaos = Chaos(house, seed=SEED, workers=WORKERS, beats=1)
        chaos.rage(BLOWS, pause=(0.7, 1.1), enough=lambda: False)
        print(f"\nraged for {time.monotonic() - began:.0f} s", flush=True)
        raged = time.monotonic() - began
        wait_until(lambda: house.value(DUE) == 0, seconds=120, what="everything due has been taken", every=1)
        after = Counter(status for _, _, status, *_ in house.query(FOUND))
        house.stop_all()
        # From here on the clock is ours: leases run out, and what waits for another attempt or a look-up comes due.
        ahead, rounds = timedelta(), 0
        while house.value(OPEN) or house.value(DOUBTFUL):
            rounds += 1
            print(f"{time.monotonic() - began:.0f} s: round {rounds}", flush=True)
            assert rounds < 40, Counter((channel, status) for _, channel, status, *_ in house.query(FOUND))
            if rounds == 6:  # long enough: now it must come to an end
                twilio.failing = box.declines = lambda: ""
            soonest = (house.value(NEXT) or datetime.now(UTC)) - datetime.now(UTC)
            ahead = max(ahead + timedelta(minutes=6), soonest + timedelta(minutes=1))
            twilio.now = lambda ahead=ahead: datetime.now(UTC) + ahead
            at = (datetime.now(UTC) + ahead).isoformat()
            with ThreadPoolExecutor(3) as several:  # what the dead held is thousands
                ticks = 3 if rounds <= 2 else 1
                list(several.map(lambda _, at=at: house.manage("tick", "--now", at, seconds=300), range(ticks)))

        rows = house.query(FOUND)
        assert len(rows) == MESSAGES
        state = Counter((channel, status) for _, channel, status, *_ in rows)
        # Twilio could be asked about every lost answer: all left, each once, and each row knows Twilio's name for it.
        accepted = Counter(name.message_id for one in twilio.accepted if (name := read_name(one.own_name)))
        phones = {pk: sid for pk, channel, _, sid, _ in rows if channel != "email"}
        assert {key: count for key, count in state.items() if key[0] != "email"} == {
            ("sms", "sent"): MESSAGES // 3,
            ("whatsapp", "sent"): MESSAGES // 3,
        }
        assert set(accepted.values()) == {1}
        assert set(accepted) == set(phones)
        assert {one.sid for one in twilio.accepted} == set(phones.values())
        assert len(twilio.by_number) == 2 * CONTACTS
        # A mail server tells nothing: what is in doubt stays so, and is not sent again.
        arrived = Counter(int(OWN_NAME.findall(one.content)[0]) for one in box.mails)
        mails = {pk: status for pk, channel, status, *_ in rows if channel == "email"}
        assert set(arrived.values()) == {1}
        assert set(mails.values()) <= {"sent", "uncertain"}
        assert {pk for pk, status in mails.items() if status == "sent"} <= set(arrived) <= set(mails)
        missing = [pk for pk in mails if pk not in arrived]
        assert all(mails[pk] == "uncertain" for pk in missing)
        assert twilio.problems == []
        print(
            f"\n{dict(chaos.struck)} in {raged:.0f} s, then {dict(after)}; at last {dict(state)}; {len(missing)} of the uncertain mails did not arrive; "
            f"Twilio failed as ordered: {dict(twilio.faults)}; {rounds} rounds later"
        )
