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

#: Codes whose meaning is plain enough to say whose fault it was, and in which words: twilio.com/docs/api/errors.
CODES: dict[str, tuple[str, str]] = {
    "21211": (HARD, "The number is not valid."),
    "21217": (HARD, "The number is not valid."),
    "21614": (HARD, "The number cannot take SMS."),
    "30005": (HARD, "The number is not known, or no longer in use."),
    "30006": (HARD, "It is a landline, or its network takes no SMS."),
    "63024": (HARD, "The number has no WhatsApp."),
    "30003": (SOFT, "The phone is switched off or out of reach."),
    "30008": (SOFT, "The network gave no reason."),
    "30004": (OURS, "The network blocked the message."),
    "30007": (OURS, "The network took the message for spam."),
    "21408": (OURS, "Sending to this country is not switched on at Twilio."),
    "63016": (OURS, "WhatsApp takes only templates outside the 24 hours after their last message."),
    "63018": (OURS, "Too many messages at once for WhatsApp."),
    "21610": ("", "They have said stop to this number."),
    "63014": ("", "They have blocked this sender, or opted out."),
}
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
    blame, words = CODES.get(code, ("", ""))
    if kind == FAILED and not words:
        told = fields.get("ErrorMessage") or fields.get("ChannelStatusMessage") or ""
        words = f"{told} (Twilio’s code {code})".strip() if code else told or f"Twilio says: {state}."
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
        detail=words if kind == FAILED else "",
        bounce=blame if kind == FAILED else "",
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
