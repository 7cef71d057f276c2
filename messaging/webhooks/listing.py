"""Calls as the operations pages show them: whom they go to, how they stand, and what was said last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from crm.access import contacts_for
from messaging.models import CallStatus, WebhookCall
from messaging.webhooks.deciding import AGAIN, TO_DROP, calls_for

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.webhook import WebhookCallQuerySet

SHOWN = 50
TONES = {
    CallStatus.SENT: "good",
    CallStatus.SCHEDULED: "warn",
    CallStatus.FAILED: "danger",
    CallStatus.PARKED: "danger",
    CallStatus.SENDING: "info",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One call. `contact` is empty for one that the reader may not see; `path` shows how the address begins: the rest of
    it may be a secret."""

    pk: int
    host: str
    path: str
    contact_id: int | None
    contact: str
    label: str
    tone: str
    attempts: int
    words: str
    at: datetime
    next_at: datetime | None
    can_try: bool
    can_drop: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    """Fifty, newest first, and the ids to go on from in both directions."""

    rows: list[Row]
    newer: int | None
    older: int | None


def narrowed(user: User, status: str) -> WebhookCallQuerySet:
    """The calls in one state, or all."""
    calls = calls_for(user)
    return calls.filter(status=status) if status in CallStatus.values else calls


def page_of(user: User, *, status: str, before: int | None, after: int | None) -> CallPage:
    """One page; two queries."""
    calls = narrowed(user, status)
    if after is not None:
        found = list(calls.filter(pk__gt=after).order_by("pk")[: SHOWN + 1])
        more, found = len(found) > SHOWN, found[:SHOWN][::-1]
        return CallPage(_rows(found, user), found[0].pk if more else None, found[-1].pk if found else None)
    found = list((calls if before is None else calls.filter(pk__lt=before))[: SHOWN + 1])
    more, found = len(found) > SHOWN, found[:SHOWN]
    newer = found[0].pk if before is not None and found else None
    return CallPage(_rows(found, user), newer, found[-1].pk if more else None)


def parked_count(user: User) -> int:
    """How many wait for a person."""
    return calls_for(user).filter(status=CallStatus.PARKED).count()


def _rows(calls: list[WebhookCall], user: User) -> list[Row]:
    ids = {call.contact_id for call in calls if call.contact_id}
    names = {one.pk: one.name for one in contacts_for(user).filter(pk__in=ids)}
    return [_row(call, names) for call in calls]


def _row(call: WebhookCall, names: dict[int, str]) -> Row:
    status = CallStatus(call.status)
    return Row(
        pk=call.pk,
        host=call.host or "an address that is none",
        path=_beginning(call.url),
        contact_id=call.contact_id if call.contact_id in names else None,
        contact=names.get(call.contact_id or 0, ""),
        label=status.label,
        tone=TONES.get(status, ""),
        attempts=call.attempts,
        words=call.last_error,
        at=call.created_at,
        next_at=call.next_at if status == CallStatus.SCHEDULED else None,
        can_try=status in AGAIN,
        can_drop=status in TO_DROP,
    )


def _beginning(url: str) -> str:
    path = url.partition("://")[2].partition("/")[2]
    return f"/{path[:8]}…" if len(path) > 8 else f"/{path}"
