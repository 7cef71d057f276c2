"""The delivery without a provider: for rehearsals, whose transaction is always taken back. The gate, the words and what
follows are the real ones; nothing is handed to anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from crm.due import claim
from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.claimed import Claimed
from messaging.delivery import BATCH, LEASE
from messaging.fates import Fate, step
from messaging.handing_over import fate_of
from messaging.judging_contacts import judge_alone
from messaging.letters import letters_of, load_claimed
from messaging.models import Message, MessageStatus
from messaging.turns import Turn

PROVIDER = "rehearsal"


class NotInTransaction(Exception):
    """A rehearsal outside a transaction would be no rehearsal."""


class Nowhere:
    """A channel that leads nowhere: letters are made for it, and it takes none."""

    provider = PROVIDER
    at_once = BATCH
    needs_words = True

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        raise AssertionError("in a rehearsal nothing leaves")

    def look_up(self, lost: Lost) -> Answer | None:
        raise AssertionError("in a rehearsal nothing is looked up")


def deliver_in_rehearsal(contact_id: int, *, now: datetime) -> int:
    """Let what is due to a contact pass the gate, and count as sent what passed, in a transaction that the caller takes
    back; returns how many messages were judged. Raises NotInTransaction."""
    if not connection.in_atomic_block:
        raise NotInTransaction
    worker, judged = Turn(now).worker, 0
    while ids := claim(
        Message.objects.due(now).filter(contact=contact_id, direction="out"),
        now=now, worker=worker, lease=LEASE, limit=BATCH, working=MessageStatus.SENDING,
    ):  # fmt: skip
        judged += len(ids)
        allowed = judge_alone(load_claimed(ids, worker), worker=worker, now=now)
        for channel in sorted({row.channel for row in allowed}):
            _pass([row for row in allowed if row.channel == channel], worker, now)
    return judged


def _pass(rows: Sequence[Claimed], worker: str, now: datetime) -> None:
    """Make the letters and count them as taken; one that cannot be written fails, as it would."""
    letters = letters_of(rows, Nowhere(), now=now)
    known = [Fate(row, MessageStatus.FAILED, row.problem) for row in rows if row.pk not in letters]
    coming = [row for row in rows if row.pk in letters]
    ours = step(known, coming, provider=PROVIDER, worker=worker, lease=LEASE, now=now).ours
    taken = [fate_of(row, Answer(Outcome.TAKEN), now=now) for row in coming if row.pk in ours]
    step(taken, [], provider=PROVIDER, worker=worker, lease=LEASE, now=now)
