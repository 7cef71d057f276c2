"""Where Meta's WhatsApp Cloud tells what became of messages, and hands over those that came in."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from messaging.arrivals import NewArrival, store
from messaging.hooks import signatures
from messaging.hooks.door import Refused, answering, body_of, few_entries, taken
from messaging.hooks.kinds import WHATSAPP_CLOUD


@require_http_methods(["GET", "POST"])
@answering
def whatsapp_cloud(request: HttpRequest) -> HttpResponse:
    """A GET is Meta's question, when the address is entered, whether it is ours; it changes nothing."""
    if request.method == "GET":
        return _confirmed(request)
    body = body_of(request)
    header = request.headers.get("X-Hub-Signature-256", "")
    if not settings.WHATSAPP_APP_SECRET:
        raise Refused("This address is not set up: WHATSAPP_APP_SECRET is not given.")
    if not signatures.meta_ok(settings.WHATSAPP_APP_SECRET, header=header, body=body):
        raise Refused("The signature is missing or false.")
    few_entries(body)
    store([NewArrival(WHATSAPP_CLOUD, "meta", hashlib.sha256(body).hexdigest(), {}, body)], now=timezone.now())
    return taken()


def _confirmed(request: HttpRequest) -> HttpResponse:
    token = request.GET.get("hub.verify_token", "")
    ours = settings.WHATSAPP_VERIFY_TOKEN
    if not ours or not hmac.compare_digest(token.encode(), ours.encode()):
        raise Refused("The token is missing or false.")
    return HttpResponse(request.GET.get("hub.challenge", "")[:200], content_type="text/plain; charset=utf-8")
