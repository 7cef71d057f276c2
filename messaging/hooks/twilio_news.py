"""Reading what Twilio told of SMS and WhatsApp messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime

from messaging.addresses import read_name
from messaging.arrivals import LetGo, NotYet
from messaging.hooks.applying import apply_events
from messaging.hooks.events import DELIVERED, FAILED, HARD, OURS, READ, SENT, SOFT, ProviderEvent
from messaging.models import Arrival
from messaging.twilio_codes import LATER, NOT_THERE, OPTED_OUT, REFUSED, sentence_of

#: Twilio's states of a message; "undelivered" and "failed" are both final.
KINDS = {
    "accepted": SENT,
    "scheduled": SENT,
    "queued": SENT,
    "sending": SENT,
    "sent": SENT,
    "delivered": DELIVERED,
    "partially_delivered": DELIVERED,
    "read": READ,
    "undelivered": FAILED,
    "failed": FAILED,
    "canceled": FAILED,
}

#: Failures that may be none the next time; every other known code is no fault of the number's.
FOR_NOW = {30003, 30008, 63032}


def blame_of(code: str) -> str:
    """Whose fault a failure was, by Twilio's code: empty where that says nothing about the number."""
    number = int(code) if code.isdecimal() else 0
    if number in NOT_THERE:
        return HARD
    if number in FOR_NOW:
        return SOFT
    return OURS if (number in REFUSED or number in LATER) and number not in OPTED_OUT else ""


NOT_YET = NotYet("The message that it is about is not known here.")


def read_twilio_news(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: what became of SMS and WhatsApp messages, all of the batch at once."""
    said: dict[int, str] = {}
    whose: dict[str, int] = {}
    events = []
    for arrival in arrivals:
        event = event_of(arrival.payload, at=arrival.received_at)
        if event is None:
            said[arrival.pk] = LetGo("It tells nothing about a message.")
        else:
            events.append(event)
            whose[event.name] = arrival.pk
    for stranger in apply_events(events, now=now).strangers:
        said[whose[stranger.name]] = NOT_YET
    return said


def event_of(payload: Mapping[str, Mapping[str, str]], *, at: datetime) -> ProviderEvent | None:
    """The event that a status callback tells, `at` when it came unless it says more; None for any other call."""
    fields, query = payload.get("fields", {}), payload.get("query", {})
    state = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    kind = KINDS.get(state)
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    own = next((named for value in query.values() if (named := read_name(value))), None)
    if kind is None or not (sid or own):
        return None
    code = fields.get("ErrorCode", "")
    told = fields.get("ErrorMessage") or fields.get("ChannelStatusMessage") or ("" if code else state)
    cost, currency = _price(fields)
    return ProviderEvent(
        provider="twilio",
        kind=kind,
        at=_when(fields.get("RawDlrDoneDate", ""), at),
        provider_id=sid,
        message_id=own.message_id if own else None,
        token=own.token if own else "",
        key=f"{sid or own}:{state}:{code}",
        recipient=fields.get("To", "").removeprefix("whatsapp:"),
        code=code,
        detail=sentence_of(code, told) if kind == FAILED else "",
        bounce=blame_of(code) if kind == FAILED else "",
        cost=cost,
        currency=currency,
    )


def _price(fields: Mapping[str, str]) -> tuple[Decimal | None, str]:
    try:
        return abs(Decimal(fields["Price"])), fields.get("PriceUnit", "USD")[:3].upper()
    except (KeyError, InvalidOperation, TypeError):
        return None, ""


def _when(text: str, at: datetime) -> datetime:
    """RFC 2822 where Twilio writes one; else when the call came."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return at
    return found if found.tzinfo else at
