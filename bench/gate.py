"""The gate and the writing of letters to contacts: everything between a due message and its provider."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bench.measurement import Measurement

MOST = 4_000
BATCH = 200
#: Messages that one core decides and writes in a second.
GOAL = 3_000

TEXT = "Hello {{ contact.first_name|there }}, your papers are ready. Answer this mail if you would rather talk first."


def gate(size: int) -> Iterable[Measurement]:
    """Claim, read the facts, decide, keep the reasons, fill the words and mark them; seconds of the worker's own core.

    All is taken back afterwards. The best of three: what disturbs a run only ever makes it slower.
    """
    value = max(_once(f"bench:{size}:{number}") for number in range(3))
    yield Measurement("gate", value, "messages/s a core", GOAL, "higher", judged="value", size=size)


def _once(key: str) -> float:
    from django.db import transaction

    from crm.due import claim
    from crm.models import Contact
    from messaging.channels.registry import channel_named
    from messaging.judging import judge
    from messaging.letters import letters_of, load_claimed
    from messaging.models import ContactPolicy, Message
    from messaging.writing import ToContact, write_to_contacts

    now, left = datetime.now(UTC), 0
    channel = channel_named("email")
    assert channel is not None
    with transaction.atomic():
        # At any hour: what is held for the night costs less than what leaves.
        ContactPolicy.objects.update(quiet_from=None, quiet_to=None, weekends=True)
        Message.objects.all().update(send_after=now + timedelta(days=1))
        people = list(Contact.objects.alive().exclude(email="").order_by("pk").values_list("pk", flat=True)[:MOST])
        write_to_contacts([ToContact(pk, "nudge", f"{key}:{pk}", subject="Ready", text=TEXT) for pk in people], now=now)
        began = time.process_time()
        while ids := claim(
            Message.objects.due(now), now=now, worker="bench", lease=timedelta(hours=1), limit=BATCH, working="sending"
        ):
            left += len(letters_of(judge(load_claimed(ids, "bench"), worker="bench", now=now), channel, now=now))
        took = time.process_time() - began
        transaction.set_rollback(True)
    if not left or left < len(people) * 0.9:
        raise RuntimeError(f"only {left} of {len(people)} messages left")
    return left / took
