"""Delivery: the only caller of providers. Words to a person at most once; nothing is lost in silence.

Claimed, judged again by the facts of the moment, rendered, marked as handed over, handed over with no lock held, and
finished only if still ours. docs/messages.md tells the whole life of a message.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from uuid import uuid4

from crm.due import claim
from messaging.channels.registry import channel_named
from messaging.channels.shape import Answer, Channel, Letter, Outcome
from messaging.fates import Fate, step
from messaging.judging import judge
from messaging.letters import Claimed, letters_of, load_claimed
from messaging.models import Message, MessageStatus
from messaging.retrying import wait_before

log = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(minutes=5)

#: True for each message that is due, waiting or held: what the pulse asks.
DUE_SQL = "EXISTS (SELECT FROM messaging_message WHERE status IN ('pending', 'scheduled') AND send_after <= %(now)s)"


@dataclass(slots=True)
class Turn:
    """One worker's run: who it is, and what time it has become since `started` (a batch may take minutes)."""

    started: datetime
    worker: str = field(default_factory=lambda: f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:8]}")
    _from: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The moment, counted on from `started`."""
        return self.started + timedelta(seconds=time.monotonic() - self._from)


def deliver_due(now: datetime) -> int:
    """Deliver everything that is due at `now`; returns how many messages were taken."""
    turn, taken = Turn(now), 0
    while count := _deliver_batch(turn, now):
        taken += count
        if count < BATCH:
            break
    return taken


def _deliver_batch(turn: Turn, due_at: datetime) -> int:
    moment = turn.now()
    ids = claim(
        Message.objects.due(due_at),
        now=moment,
        worker=turn.worker,
        lease=LEASE,
        limit=BATCH,
        working=MessageStatus.SENDING,
    )
    if not ids:
        return 0
    allowed = judge(load_claimed(ids, turn.worker), worker=turn.worker, now=moment)
    by_channel: dict[str, list[Claimed]] = {}
    for row in allowed:
        by_channel.setdefault(row.channel, []).append(row)
    for name, rows in by_channel.items():
        channel = channel_named(name)
        if channel is None:
            none = [Fate(row, MessageStatus.FAILED, NO_WAY_OUT) for row in rows]
            step(none, [], provider="", worker=turn.worker, lease=LEASE, now=moment)
        else:
            _hand_over(channel, rows, turn)
    return len(ids)


NO_WAY_OUT = "No provider for this channel is set up on this installation."


def _hand_over(channel: Channel, rows: Sequence[Claimed], turn: Turn) -> None:
    """Hand the messages over in small groups: one statement marks a group and records what came of the one before."""
    letters = letters_of(rows, channel, now=turn.now())
    known = [Fate(row, MessageStatus.FAILED, row.problem) for row in rows if row.pk not in letters]
    waiting = iter([row for row in rows if row.pk in letters])
    while group := list(islice(waiting, channel.at_once)):
        ours = step(known, group, provider=channel.provider, worker=turn.worker, lease=LEASE, now=turn.now())
        known = list(_fates([row for row in group if row.pk in ours], letters, channel, turn))
        if known and all(fate.status == MessageStatus.SCHEDULED for fate in known):
            # It takes nothing now: the rest waits too, without waiting for a time-out each.
            known += [fate_of(row, Answer(Outcome.LATER, known[-1].words), now=turn.now()) for row in waiting]
    step(known, [], provider=channel.provider, worker=turn.worker, lease=LEASE, now=turn.now())


def _fates(rows: Sequence[Claimed], letters: dict[int, Letter], channel: Channel, turn: Turn) -> Iterator[Fate]:
    answers = channel.deliver([letters[row.pk] for row in rows])
    for row in rows:
        try:
            answer = next(answers, None) or Answer(Outcome.UNCLEAR, "The provider gave no answer for this message.")
        except Exception as problem:
            log.exception("a channel broke", extra={"provider": channel.provider})
            answer = Answer(Outcome.UNCLEAR, f"The provider broke off: {problem!r}.")
        yield fate_of(row, answer, now=turn.now())


def fate_of(row: Claimed, answer: Answer, *, now: datetime) -> Fate:
    """What the answer means for the message: done, given up, or tried again after a while."""
    known = {
        Outcome.TAKEN: MessageStatus.SENT,
        Outcome.DELIVERED: MessageStatus.DELIVERED,
        Outcome.REFUSED: MessageStatus.FAILED,
        Outcome.UNCLEAR: MessageStatus.UNCERTAIN,
    }
    status = known.get(answer.outcome)
    if status is not None:
        return Fate(row, status, answer.words, provider_id=answer.provider_id)
    wait = wait_before(row.attempts, random.random())  # noqa: S311 - spreads retries, guards nothing
    if wait is None:
        words = f"Given up after {row.attempts} attempts. {answer.words}"
        return Fate(row, MessageStatus.FAILED, words)
    return Fate(row, MessageStatus.SCHEDULED, answer.words, send_after=now + wait)
