"""Keeping messages back for a while: what caused them stands still, and they leave when it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from messaging.models import Message, MessageStatus
from messaging.models.message import WAITING

if TYPE_CHECKING:
    from messaging.models.message import MessageQuerySet

#: So far away that nothing leaves before somebody lets it.
FAR = timedelta(days=3650)


def hold_back(messages: MessageQuerySet, *, reason: str, now: datetime, waits: bool = True) -> int:
    """Keep the waiting ones of a set from leaving until they are let go; returns how many. What a worker holds leaves;
    without `waits` also what anybody else holds at this moment."""
    waiting = messages.filter(direction="out", status__in=WAITING)
    return _in_order(waiting, waits).update(status=MessageStatus.SCHEDULED, send_after=now + FAR, reason=reason[:500])


def let_go(messages: MessageQuerySet, *, reason: str, now: datetime) -> int:
    """Let those leave that were held back with these words; they are judged anew, as if they were due now, and what has
    become too late is not sent. Returns how many."""
    held = messages.filter(direction="out", status=MessageStatus.SCHEDULED, reason=reason[:500])
    return _in_order(held, waits=True).update(send_after=now, reason="")


def _in_order(messages: MessageQuerySet, waits: bool) -> MessageQuerySet:
    """The same rows, each locked in the order of ids before it is changed, as by everybody who changes many."""
    locked = messages.order_by("pk").select_for_update(of=("self",), skip_locked=not waits)
    return Message.objects.filter(pk__in=locked.values("pk"))
