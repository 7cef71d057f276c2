"""What a person does with calls: sees them, has them tried again, or gives them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Left

from crm.results import Result
from messaging.models import CallStatus, WebhookCall

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.webhook import WebhookCallQuerySet

#: What may be tried again at once, and what may be given up.
AGAIN = (CallStatus.SCHEDULED, CallStatus.FAILED, CallStatus.PARKED, CallStatus.DROPPED)
TO_DROP = (CallStatus.PENDING, CallStatus.SCHEDULED, CallStatus.FAILED, CallStatus.PARKED)
NOT_AGAIN = "It is not to be tried again: it is waiting, under way, or taken already."
NOT_DROPPED = "It cannot be given up: it is under way, taken, or given up already."
#: Letters that an error may have.
ERROR = 500


def calls_for(user: User) -> WebhookCallQuerySet:
    """The calls, newest first, for those who look after operations."""
    if not user.can("operations.view"):
        return WebhookCall.objects.none()
    return WebhookCall.objects.order_by("-pk")


def try_again(calls: WebhookCallQuerySet, *, by: User, now: datetime) -> Result:
    """Have them tried at once, with all attempts before them; the receiver knows them by the same id as before."""
    return _changed(calls, AGAIN, NOT_AGAIN, status=CallStatus.PENDING, attempts=0, next_at=now)


def give_up(calls: WebhookCallQuerySet, *, by: User, now: datetime) -> Result:
    """Go on without them; what went wrong stays to be read, with who gave them up."""
    said = Left(Concat(Value(f"Given up by {by.name}. "), F("last_error")), ERROR)
    return _changed(calls, TO_DROP, NOT_DROPPED, status=CallStatus.DROPPED, tried_at=now, last_error=said)


@transaction.atomic
def _changed(calls: WebhookCallQuerySet, leaving: Sequence[CallStatus], why_not: str, **changes: object) -> Result:
    """Change those whose state may be left, in one statement; they are locked first, so that none is taken meanwhile."""
    rows = dict(calls.select_for_update().values_list("pk", "status"))
    done = [pk for pk, status in rows.items() if status in leaving]
    WebhookCall.objects.filter(pk__in=done).update(**changes)
    return Result(done=done, refused={pk: why_not for pk, status in rows.items() if status not in leaving})
