"""Taking messages back before they leave."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm.results import Result
from crm.undo import UndoResult, register_undoer
from messaging.models import Message, MessageEvent, MessageStatus
from messaging.models.message import WAITING

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet

#: How messages that were just written are taken back: the step of `crm.undo` with their ids.
UNDO = "message_written"
CANCELLED = "cancelled"
TOO_LATE = "It has left already; it cannot be taken back."


def register() -> None:
    """Say how writing is taken back; called once at start-up."""
    register_undoer(UNDO, _take_back)


def cancel(messages: MessageQuerySet, *, by: User | None, now: datetime) -> Result:
    """Keep messages that have not left from leaving. Those that a worker holds, or that have left, are refused.

    Safe against a worker that claims at the same moment: one of the two gets the row.
    """
    result = Result()
    with transaction.atomic():
        asked = list(messages.order_by("pk").values_list("pk", flat=True))
        held = list(
            Message.objects.filter(pk__in=asked, direction="out", status__in=WAITING)
            .order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk", flat=True)
        )
        reason = f"Taken back by {by.name} before it left." if by else "Taken back before it left."
        Message.objects.filter(pk__in=held).update(
            status=MessageStatus.SUPPRESSED, reason=reason, claimed_by="", lease_until=None
        )
        MessageEvent.objects.bulk_create(
            [MessageEvent(message_id=pk, kind=CANCELLED, at=now, detail=reason, actor="person") for pk in held]
        )
    result.done = held
    result.refused = dict.fromkeys(sorted(set(asked) - set(held)), TOO_LATE)
    return result


def _take_back(payload: dict[str, Any], by: User, now: datetime) -> UndoResult:
    result = cancel(Message.objects.filter(pk__in=payload["ids"], author=by), by=by, now=now)
    return UndoResult(result.done, result.refused)
