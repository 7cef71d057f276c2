"""Reading what mail services told: anymail says what each event is, the words of the other side say who is to blame."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured

from messaging.addresses import Named, read_message_id, read_name
from messaging.arrivals import LetGo, NotYet
from messaging.hooks.applying import apply_events
from messaging.hooks.events import (
    BOUNCED,
    CLICKED,
    COMPLAINED,
    DEFERRED,
    DELIVERED,
    FAILED,
    HARD,
    OPENED,
    REJECTED,
    SENT,
    SOFT,
    UNSUBSCRIBED,
    ProviderEvent,
)
from messaging.hooks.providers import Provider, provider_named, reader_of
from messaging.hooks.stored_call import request_from
from messaging.mail_reading.bounce_reasons import REASONS, bounce_type, reason
from messaging.models import Arrival
from messaging.provider_titles import title_of

#: Anymail's kinds and ours. What is not here (subscribed, autoresponded, unknown...) says nothing of a message.
KINDS = {
    "queued": SENT,
    "sent": SENT,
    "delivered": DELIVERED,
    "deferred": DEFERRED,
    "bounced": BOUNCED,
    "rejected": REJECTED,
    "failed": FAILED,
    "complained": COMPLAINED,
    "unsubscribed": UNSUBSCRIBED,
    "opened": OPENED,
    "clicked": CLICKED,
}
#: Feedback types under which providers report what is no complaint (RFC 5965, section 7.3; RFC 6591).
NO_COMPLAINT = {"not-spam", "auth-failure", "virus", "other"}
NOT_YET = NotYet("The message that it is about is not known here.")


def read_email_news(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: what became of mails, all of the batch at once."""
    said: dict[int, str] = {}
    events: list[ProviderEvent] = []
    whose: dict[str, int] = {}
    for arrival in arrivals:
        content_type = str(arrival.payload.get("content_type", ""))
        call = events_of(arrival.provider, bytes(arrival.raw or b""), content_type, at=arrival.received_at)
        events += call.events
        whose |= {event.name: arrival.pk for event in call.events}
        if call.problem:
            said[arrival.pk] = call.problem
        elif not call.events:
            said[arrival.pk] = LetGo("It tells nothing about a message.")
    for stranger in apply_events(events, now=now).strangers:
        said.setdefault(whose[stranger.name], NOT_YET)
    return said


@dataclass(frozen=True, slots=True)
class Call:
    """What one call told; `problem` says what of it could not be understood."""

    events: list[ProviderEvent]
    problem: str = ""


def events_of(provider: str, body: bytes, content_type: str, *, at: datetime) -> Call:
    """The events of one call; one without a time of its own happened `at`. Never raises."""
    known = provider_named(provider)
    if known is None or known.events is None:
        return Call([], f"Nothing is known of calls by “{provider}”.")
    try:
        return Call(_parsed(known, body, content_type, at))
    except NOT_THEIRS as problem:
        entries = _entries(body)
        if len(entries) < 2:
            return Call([], f"It is not what {title_of(provider)} sends: {type(problem).__name__}: {problem}"[:400])
    # One bad entry takes no other with it.
    events: list[ProviderEvent] = []
    bad = 0
    for entry in entries:
        try:
            events += _parsed(known, json.dumps([entry]).encode(), content_type, at)
        except NOT_THEIRS:
            bad += 1
    return Call(events, f"{bad} of {len(entries)} entries are not what {title_of(provider)} sends.")


#: What anymail raises on bodies that it does not know.
NOT_THEIRS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    OSError,
    AnymailError,
    ImproperlyConfigured,
)


def _parsed(known: Provider, body: bytes, content_type: str, at: datetime) -> list[ProviderEvent]:
    found = reader_of(known, "events").parse_events(request_from(body, content_type))
    return [event for one in found if (event := translated(known.name, one, at=at)) is not None]


def _entries(body: bytes) -> list[Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def translated(provider: str, told: Any, *, at: datetime) -> ProviderEvent | None:
    """Anymail's event as ours; None for what says nothing of a message."""
    kind = KINDS.get(str(told.event_type))
    if kind is None or (kind == COMPLAINED and str(told.description).lower() in NO_COMPLAINT):
        return None
    raw = told.esp_event if isinstance(told.esp_event, Mapping) else {}
    own = _own_name(told, raw)
    words = str(told.mta_response or told.description or "").strip()
    blame, why = _blame(kind, provider, told, raw, words)
    moment = told.timestamp if isinstance(told.timestamp, datetime) and told.timestamp.tzinfo else at
    return ProviderEvent(
        provider=provider,
        kind=kind,
        at=moment,
        provider_id=str(told.message_id or "")[:300],
        message_id=own.message_id if own else None,
        token=own.token if own else "",
        key=str(told.event_id or ""),
        recipient=str(told.recipient or "")[:320],
        code=str(told.reject_reason or "") if kind in (REJECTED, FAILED) else "",
        detail=why[:500],
        bounce=blame,
        user_agent=str(told.user_agent or ""),
        url=str(told.click_url or ""),
        ip=_ip(raw),
    )


def _own_name(told: Any, raw: Mapping[str, Any]) -> Named | None:
    """Our own name of the message: given along as metadata, or the Message-ID that we wrote."""
    metadata = told.metadata if isinstance(told.metadata, Mapping) else {}
    for value in metadata.values():
        if isinstance(value, str) and (named := read_name(value)):
            return named
    mail = raw.get("mail")
    headers = mail.get("commonHeaders") if isinstance(mail, Mapping) else None
    texts = [told.message_id, raw.get("smtp-id"), headers.get("messageId") if isinstance(headers, Mapping) else ""]
    return next((named for text in texts if isinstance(text, str) and (named := read_message_id(text))), None)


_STATUS = re.compile(r"(?<![\d.])([45])[.-](\d{1,3})[.-](\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
#: What a provider itself says of a bounce, where it does.
_THEIR_WORD = {
    "permanent": HARD,
    "hardbounce": HARD,
    "hard_bounce": HARD,
    "hard_bounced": HARD,
    "activity.hard_bounced": HARD,
    "invalid_email": HARD,
    "bademailaddress": HARD,
    "transient": SOFT,
    "temporary": SOFT,
    "softbounce": SOFT,
    "soft_bounce": SOFT,
    "soft_bounced": SOFT,
    "activity.soft_bounced": SOFT,
    "blocked": SOFT,
}


def _blame(kind: str, provider: str, told: Any, raw: Mapping[str, Any], words: str) -> tuple[str, str]:
    """Whose fault a failure is, and why in plain words: by what the other side wrote, else as the provider says."""
    if kind not in (BOUNCED, FAILED, REJECTED):
        return "", words
    status = ".".join(found.groups()) if (found := _STATUS.search(words)) else ""
    reply = found[1] if (found := _REPLY.search(words)) else _code_of(raw)
    name = reason(words, status, reply)
    if name in ("onhold", "undefined"):
        blame = _their_word(raw) or (HARD if told.reject_reason == "invalid" else SOFT)
        return blame, words or str(told.reject_reason or "") or "no reason given"
    blame = bounce_type(name, status, reply)
    return blame, f"{REASONS.get(name, name)} ({words})" if words else REASONS.get(name, name)


def _code_of(raw: Mapping[str, Any]) -> str:
    data = raw.get("event-data")
    status = data.get("delivery-status") if isinstance(data, Mapping) else None
    code = str(status.get("code", "")) if isinstance(status, Mapping) else str(raw.get("code", ""))
    return code if re.fullmatch(r"[45]\d\d", code) else ""


def _their_word(raw: Mapping[str, Any]) -> str:
    bounce, data = raw.get("bounce"), raw.get("event-data")
    said = [raw.get("Type"), raw.get("type"), raw.get("event"), raw.get("status")]
    said += [bounce.get("bounceType"), bounce.get("type")] if isinstance(bounce, Mapping) else []
    said += [data.get("severity")] if isinstance(data, Mapping) else []
    if raw.get("event") == "bounce":  # SendGrid: of type "bounce", or "blocked"
        said.insert(0, "blocked" if raw.get("type") == "blocked" else "permanent")
    return next((found for one in said if (found := _THEIR_WORD.get(str(one).lower()))), "")


def _ip(raw: Mapping[str, Any]) -> str:
    for block in (raw, *(value for value in raw.values() if isinstance(value, Mapping))):
        for name in ("ip", "ipAddress", "IP", "ip_address", "client-ip"):
            if isinstance(block.get(name), str):
                return str(block[name])[:60]
    return ""
