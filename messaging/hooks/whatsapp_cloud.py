"""Reading what Meta's WhatsApp Cloud tells: developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from messaging.arrivals import LetGo, NotYet
from messaging.hooks.applying import apply_events
from messaging.hooks.events import DELIVERED, FAILED, READ, SENT, ProviderEvent
from messaging.incoming import Incoming
from messaging.keywords import STOP, read_keyword
from messaging.mail_reading.shape import PERSON, UNKNOWN, UNSUBSCRIBE
from messaging.models import Arrival
from messaging.receiving import receive
from messaging.suppressing import normal_address

KINDS = {"sent": SENT, "delivered": DELIVERED, "read": READ, "failed": FAILED}
#: What lies at Meta and is only named here.
FILES = {"image": "Picture", "video": "Video", "audio": "Voice note", "document": "Document", "sticker": "Sticker"}
NOT_YET = NotYet("The message that it is about is not known here.")

Told = Mapping[str, Any]


def read_whatsapp_cloud(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: messages that came in, and what became of ours."""
    said: dict[int, str] = {}
    incoming: list[Incoming] = []
    events: list[ProviderEvent] = []
    whose: dict[str, int] = {}
    for arrival in arrivals:
        before = len(incoming) + len(events)
        for value in values_of(bytes(arrival.raw or b"")):
            names = _names(value)
            to = _number(_of(value, "metadata").get("display_phone_number"))
            found = [message_of(told, names, to, at=arrival.received_at) for told in _list(value, "messages")]
            incoming += [one for one in found if one is not None]
            news = [event for told in _list(value, "statuses") if (event := event_of(told, at=arrival.received_at))]
            whose |= {one.name: arrival.pk for one in news}
            events += news
        if len(incoming) + len(events) == before:
            said[arrival.pk] = LetGo("It tells nothing about a message.")
    receive(incoming, now=now)
    for stranger in apply_events(events, now=now).strangers:
        said[whose[stranger.name]] = NOT_YET
    return said


def values_of(body: bytes) -> Iterator[Told]:
    """What changed, out of its wrapping; nothing for any other JSON."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return
    for entry in _list(told, "entry"):
        for change in _list(entry, "changes"):
            if value := _of(change, "value"):
                yield value


def event_of(told: Told, *, at: datetime) -> ProviderEvent | None:
    """What became of one message of ours."""
    kind, name = KINDS.get(str(told.get("status"))), str(told.get("id") or "")
    if kind is None or not name:
        return None
    error = next(iter(_list(told, "errors")), {})
    code = str(error.get("code") or "")
    words = str(_of(error, "error_data").get("details") or error.get("title") or error.get("message") or "no reason")
    return ProviderEvent(
        provider="meta",
        kind=kind,
        at=_when(told.get("timestamp"), at),
        provider_id=name,
        key=f"{name}:{kind}:{code}",
        recipient=_number(told.get("recipient_id")),
        code=code,
        detail=f"WhatsApp said {code}: {words}" if kind == FAILED else "",
    )


def message_of(told: Told, names: Mapping[str, str], to: str, *, at: datetime) -> Incoming | None:
    """One message that came in; None where it names no sender or itself."""
    sender, name = _number(told.get("from")), str(told.get("id") or "")
    if not sender or not name:
        return None
    text = words_of(told)
    keyword = read_keyword(text) if told.get("type") == "text" else None
    kind, rule = PERSON, "A message by phone"
    if keyword is not None:
        kind = UNSUBSCRIBE if keyword.action == STOP else PERSON
        rule = f"The word “{keyword.word}” alone"
    elif not text:
        kind, rule = UNKNOWN, "A kind of message that WhatsApp does not hand over"
    quoted = str(_of(told, "context").get("id") or _of(told, "reaction").get("message_id") or "")
    return Incoming(
        channel="whatsapp",
        provider="meta",
        provider_id=name,
        sender=sender,
        at=_when(told.get("timestamp"), at),
        kind=kind,
        rule=rule,
        sender_name=names.get(str(told.get("from")), ""),
        to=(to,) if to else (),
        text=text,
        new_text=text,
        in_reply_to=(quoted,) if quoted else (),
        keyword=keyword.action if keyword else "",
        doubtful=bool(keyword and keyword.doubtful),
    )


def words_of(told: Told) -> str:
    """What they said, or what they sent in a word; empty for what WhatsApp itself does not understand."""
    kind = str(told.get("type"))
    inner = _of(told, kind)
    if kind == "text":
        return str(inner.get("body") or "")
    if kind == "button":
        return str(inner.get("text") or "")
    if kind == "interactive":
        reply = _of(inner, "button_reply") or _of(inner, "list_reply")
        return str(reply.get("title") or "")
    if kind == "reaction":
        return str(inner.get("emoji") or "")
    if kind == "location":
        name = inner.get("name") or inner.get("address") or "A place"
        return f"{name} ({inner.get('latitude')}, {inner.get('longitude')})"
    if kind == "order":
        return f"Order of {len(_list(inner, 'product_items'))} items"
    if kind == "contacts":
        return "Contact card"
    if kind in FILES:
        return f"{inner.get('caption') or ''} [{FILES[kind]}]".strip()
    return ""


def _names(value: Told) -> dict[str, str]:
    return {str(one.get("wa_id")): str(_of(one, "profile").get("name") or "") for one in _list(value, "contacts")}


def _number(text: Any) -> str:
    """Numbers come without their plus sign."""
    digits = "".join(sign for sign in str(text or "") if sign.isascii() and sign.isdigit())
    return normal_address("whatsapp", f"+{digits}") if digits else str(text or "").strip()[:100]


def _when(stamp: Any, at: datetime) -> datetime:
    try:
        return min(datetime.fromtimestamp(int(stamp), UTC), at)
    except (TypeError, ValueError, OverflowError, OSError):
        return at


def _of(told: Any, name: str) -> Told:
    found = told.get(name) if isinstance(told, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(told: Any, name: str) -> list[Told]:
    found = told.get(name) if isinstance(told, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
