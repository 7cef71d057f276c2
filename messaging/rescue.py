"""Messages whose worker died: once more where they had not left, uncertain where they may have.

Which of the uncertain arrived is asked afterwards, with no lock held: `looking_up`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from messaging.consequences import ended_of, follow
from messaging.ledger import write_decisions
from messaging.models import Message, MessageEvent, MessageStatus
from messaging.policy import Verdict
from messaging.retrying import ATTEMPTS

BATCH = 500

#: True for each message whose lease ran out: what the pulse asks.
DUE_SQL = "EXISTS (SELECT FROM messaging_message WHERE status = 'sending' AND lease_until <= %(now)s)"

UNCERTAIN = "The worker stopped while handing it over; it may have arrived, so it is not sent again."
GIVEN_UP = f"Given up: the worker stopped {ATTEMPTS} times while working on it."


def rescue_messages(now: datetime) -> int:
    """Settle every message whose lease has run out at `now`; returns how many."""
    total = 0
    while count := _rescue_batch(now):
        total += count
    return total


@transaction.atomic
def _rescue_batch(now: datetime) -> int:
    lost = list(
        Message.objects.filter(status=MessageStatus.SENDING, lease_until__lte=now)
        .select_for_update(skip_locked=True, of=("self",))
        .only("pk", "handed_at", "attempts")
        .order_by("lease_until")[:BATCH]
    )
    fates: dict[tuple[str, str], list[int]] = {}
    for message in lost:
        fates.setdefault(_fate(message), []).append(message.pk)
    for (status, words), ids in fates.items():
        _settle(ids, status, words, now)
    return len(lost)


def _fate(message: Message) -> tuple[str, str]:
    if message.handed_at is not None:
        return MessageStatus.UNCERTAIN, UNCERTAIN
    if message.attempts >= ATTEMPTS:
        return MessageStatus.FAILED, GIVEN_UP
    return MessageStatus.PENDING, ""


def _settle(ids: Sequence[int], status: str, words: str, now: datetime) -> None:
    rows = Message.objects.filter(pk__in=ids, status=MessageStatus.SENDING)
    if status == MessageStatus.PENDING:
        rows.update(status=status, claimed_by="", lease_until=None, allowed_at=None)
        return
    MessageEvent.objects.bulk_create([MessageEvent(message_id=pk, kind=status, at=now, detail=words) for pk in ids])
    if status == MessageStatus.UNCERTAIN:
        # The claim stays: its worker may only be slow, and still bring the answer.
        rows.update(status=status, lease_until=None, reason=words, look_up_at=now)
        return
    rows.update(status=status, lease_until=None, claimed_by="", reason=words)
    write_decisions([(pk, Verdict("refuse", "failed", words)) for pk in ids], now=now)
    follow(ended_of(ids), now=now)
