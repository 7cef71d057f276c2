"""What follows when somebody leaves an automation or stands still in it: the timeline is told, and what was to leave later
stays. In sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from automation.effects.messages import CAUSE
from automation.engine.state import STOP_REASONS
from automation.models import Automation
from crm.causes import AUTOMATION
from crm.timeline import Happening, record
from messaging.cancelling import cancel
from messaging.models import Message
from messaging.models.message import WAITING

if TYPE_CHECKING:
    from crm.models import User

LEFT, PARKED = "automation_left", "automation_parked"
FINISHED_WORDS = "Finished"


@dataclass(frozen=True, slots=True)
class Ended:
    """Somebody who has just left, or been parked. `reason` is one of STOP_REASONS, empty for finished; `why` the sentence.
    `cause_id` is the event that let them in, and `depth` how many causes lay before their being inside."""

    enrollment_id: int
    automation_id: int
    contact_id: int
    why: str
    reason: str = ""
    cause_id: int | None = None
    depth: int = 0


def tell_left(ended: Sequence[Ended], *, now: datetime, by: User | None = None) -> None:
    """Say on the timelines that they have left, and why. Call inside the transaction of the change."""
    _tell(LEFT, ended, now, by)


def tell_parked(ended: Sequence[Ended], *, now: datetime) -> None:
    """Say on the timelines that they stand still and a person has to look."""
    _tell(PARKED, ended, now, None)


def take_messages_back(enrollment_ids: Sequence[int], *, now: datetime, by: User | None = None) -> int:
    """Keep from leaving what these rounds wrote and what still waits in the outbox: a reminder that was held overnight is
    not sent to who has paid in the evening. Returns how many."""
    if not enrollment_ids:
        return 0
    waiting = Message.objects.filter(cause_kind=CAUSE, cause_id__in=list(enrollment_ids), status__in=WAITING)
    return len(cancel(waiting, by=by, now=now).done)


def _tell(kind: str, ended: Sequence[Ended], now: datetime, by: User | None) -> None:
    if not ended:
        return
    names = dict(Automation.objects.filter(pk__in={one.automation_id for one in ended}).values_list("pk", "name"))
    record([_happening(kind, one, names.get(one.automation_id, ""), now, by) for one in ended], now=now)


def _happening(kind: str, one: Ended, name: str, now: datetime, by: User | None) -> Happening:
    return Happening(
        kind,
        one.contact_id,
        now,
        actor="person" if by else "system",
        user_id=by.pk if by else None,
        subject_kind="automation",
        subject_id=one.automation_id,
        data={
            "automation": name,
            AUTOMATION: one.automation_id,
            "enrollment_id": one.enrollment_id,
            "reason": one.reason,
            "why": (one.why or STOP_REASONS.get(one.reason, FINISHED_WORDS)).rstrip("."),
        },
        cause_id=one.cause_id,
        depth=one.depth + 1,
    )
