"""Delivery: the only caller of providers. Words to a person at most once; nothing is lost in silence.

Claimed, judged again by the facts of the moment, rendered, marked as handed over, handed over with no lock held, and
finished only if still ours. docs/messages.md tells the whole life of a message.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.core.exceptions import ImproperlyConfigured

from crm.due import claim
from messaging.channels.registry import channel_named
from messaging.channels.shape import Channel
from messaging.claimed import Claimed
from messaging.fates import Fate, step
from messaging.handing_over import OUT_OF_TIME, fate_of, hand_over, held_for_settings
from messaging.judging import judge
from messaging.letters import letters_of, load_claimed
from messaging.models import Message, MessageStatus
from messaging.turns import Turn

__all__ = ["BATCH", "DUE_SQL", "LEASE", "Turn", "deliver_due", "fate_of"]

log = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(minutes=5)

#: True for each message that is due, waiting or held: what the pulse asks.
DUE_SQL = "EXISTS (SELECT FROM messaging_message WHERE status IN ('pending', 'scheduled') AND send_after <= %(now)s)"


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
    place = {pk: number for number, pk in enumerate(ids)}
    by_channel: dict[str, list[Claimed]] = {}
    for row in sorted(allowed, key=lambda row: place[row.pk]):  # whose turn it is first, whatever the channel
        by_channel.setdefault(row.channel, []).append(row)
    for name, rows in by_channel.items():
        try:
            channel = channel_named(name)
        except (ImproperlyConfigured, ValueError) as problem:  # one channel's settings hold up no other
            log.exception("a channel is not set up", extra={"channel": name})
            waits = held_for_settings(rows, str(problem), now=moment)
            step(waits, [], provider="", worker=turn.worker, lease=LEASE, now=moment)
            continue
        if channel is None:
            none = [Fate(row, MessageStatus.FAILED, NO_WAY_OUT) for row in rows]
            step(none, [], provider="", worker=turn.worker, lease=LEASE, now=moment)
        else:
            _hand_over(channel, rows, turn, until=moment + LEASE * 0.4)
    return len(ids)


NO_WAY_OUT = "No provider for this channel is set up on this installation."


def _hand_over(channel: Channel, rows: Sequence[Claimed], turn: Turn, *, until: datetime) -> None:
    """Hand the messages over in small groups: one statement marks a group and records what came of the one before.

    What is not begun by `until` goes back before its lease runs out, which would cost it an attempt.
    """
    letters = letters_of(rows, channel, now=turn.now())
    known = [Fate(row, MessageStatus.FAILED, row.problem) for row in rows if row.pk not in letters]
    waiting = iter([row for row in rows if row.pk in letters])
    if turn.now() > until:  # another channel took the time
        known += OUT_OF_TIME.fates(waiting)
    while group := list(islice(waiting, channel.at_once)):
        stepped = step(known, group, provider=channel.provider, worker=turn.worker, lease=LEASE, now=turn.now())
        ours = [row for row in group if row.pk in stepped.ours]
        handed = hand_over(channel, ours, letters, standing=stepped.standing, turn=turn, within=LEASE / 2)
        known = handed.fates
        stop = handed.stop or (OUT_OF_TIME if turn.now() > until else None)
        if stop:
            known += stop.fates([*handed.left, *waiting])
    step(known, [], provider=channel.provider, worker=turn.worker, lease=LEASE, now=turn.now())
