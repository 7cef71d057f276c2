"""Where Twilio tells what became of SMS and WhatsApp messages, and hands over those that came in."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from messaging.arrivals import NewArrival, store
from messaging.hooks import signatures
from messaging.hooks.door import Refused, address_of, body_of, form_of, hook
from messaging.hooks.kinds import TWILIO_INBOUND, TWILIO_STATUS

BYTES = 200_000
#: An empty answer in Twilio's own language: nothing is to be said back.
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@hook
def twilio_status(request: HttpRequest) -> HttpResponse:
    """Queued, sent, delivered, read, undelivered or failed."""
    fields = _verified(request)
    state = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    return _keep(TWILIO_STATUS, f"{_sid(fields)}:{state}:{fields.get('ErrorCode', '')}", request, fields)


@hook
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """A message that came in, over SMS or WhatsApp."""
    fields = _verified(request)
    return _keep(TWILIO_INBOUND, _sid(fields), request, fields)


def _verified(request: HttpRequest) -> QueryDict:
    fields = form_of(body_of(request, BYTES))
    token = getattr(settings, "TWILIO_AUTH_TOKEN", "")
    signature = request.headers.get("X-Twilio-Signature", "")
    if not token:
        raise Refused("This address is not set up: TWILIO_AUTH_TOKEN is not given.")
    if not signatures.twilio_ok(token, url=address_of(request), fields=dict(fields.lists()), signature=signature):
        raise Refused("The signature is missing or false.")
    return fields


def _sid(fields: QueryDict) -> str:
    sid = fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid")
    return str(sid or hashlib.sha256(fields.urlencode().encode()).hexdigest())


def _keep(kind: str, key: str, request: HttpRequest, fields: QueryDict) -> HttpResponse:
    payload = {"fields": fields.dict(), "query": request.GET.dict()}
    store([NewArrival(kind, "twilio", key, payload)], now=timezone.now())
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml; charset=utf-8")
