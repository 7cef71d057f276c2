"""Where mail services tell what became of mails, and hand over mails that came in: verified, stored, answered."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from messaging.arrivals import NewArrival, store
from messaging.hooks import signatures, sns
from messaging.hooks.door import EVENTS_BYTES, Refused, address_of, body_of, few_entries, form_of, hook, oldest, taken
from messaging.hooks.form_parts import NoForm, parts_of
from messaging.hooks.kinds import EMAIL_EVENTS, EMAIL_INBOUND, SNS_SUBSCRIPTION
from messaging.hooks.providers import provider_named


@hook
def email_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Delivered, bounced, opened...: one call may hold many events."""
    known = provider_named(provider)
    if known is None or known.events is None:
        raise Http404
    body = _body(EMAIL_EVENTS, known.name, request, EVENTS_BYTES)
    few_entries(body)
    return _keep(EMAIL_EVENTS, known.name, request, body, timezone.now())


@hook
def email_inbound(request: HttpRequest, provider: str) -> HttpResponse:
    """A mail that came in."""
    known = provider_named(provider)
    if known is None or not known.takes_mail:
        raise Http404
    body = _body(EMAIL_INBOUND, known.name, request, settings.INBOUND_MAX_BYTES)
    return _keep(EMAIL_INBOUND, known.name, request, body, timezone.now())


def _body(kind: str, provider: str, request: HttpRequest, most: int) -> bytes:
    """The body; where a password has to come with it, only once that is right."""
    if not signs(kind, provider):
        _by_password(request)
    return body_of(request, most)


def _keep(kind: str, provider: str, request: HttpRequest, body: bytes, now: datetime) -> HttpResponse:
    key = verify(kind, provider, request, body, now=now)
    if provider == "ses" and _json(body).get("Type") == "SubscriptionConfirmation":
        kind = SNS_SUBSCRIPTION
    store(
        [
            NewArrival(
                kind,
                provider,
                f"{provider}:{key}",
                {"content_type": request.headers.get("Content-Type", "")[:500]},
                body,
            )
        ],
        now=now,
    )
    return taken()


def verify(kind: str, provider: str, request: HttpRequest, body: bytes, *, now: datetime) -> str:
    """Make sure that the provider itself calls, and return what tells a repeated call. Raises Refused."""
    if not signs(kind, provider):
        _by_password(request)
        return hashlib.sha256(body).hexdigest()
    if provider == "ses":
        return _by_sns(request, body, now)
    if provider == "mailgun":
        return _by_mailgun(request, body, now)
    if provider == "mandrill":
        return _by_mandrill(request, body)
    return _by_sendgrid(_sendgrid_key(kind), request, body, now)


def signs(kind: str, provider: str) -> bool:
    """Whether the provider signs what it sends, and we know with what; else it has to give the password."""
    known = {
        "ses": True,
        "mailgun": bool(settings.MAILGUN_WEBHOOK_KEY),
        "mandrill": bool(settings.MANDRILL_WEBHOOK_KEY),
        "sendgrid": bool(_sendgrid_key(kind)),
    }
    return known.get(provider, False)


def _sendgrid_key(kind: str) -> str:
    return str(settings.SENDGRID_WEBHOOK_KEY if kind == EMAIL_EVENTS else settings.SENDGRID_INBOUND_KEY)


def _by_password(request: HttpRequest) -> None:
    if not settings.HOOK_SECRET:
        raise Refused("This address is not set up: neither a key of the provider nor HOOK_SECRET is given.")
    header = request.headers.get("Authorization", "")
    if not signatures.basic_auth_ok(settings.HOOK_SECRET, header):
        raise Refused("The user or the password is wrong." if header else "The user and the password are missing.", 403)


def _by_sendgrid(key: str, request: HttpRequest, body: bytes, now: datetime) -> str:
    stamp = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    signature = request.headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
    if not signatures.sendgrid_ok(key, stamp=stamp, signature=signature, body=body):
        raise Refused("The signature is missing or false.")
    _fresh(stamp, now)
    return hashlib.sha256(body).hexdigest()


def _by_mailgun(request: HttpRequest, body: bytes, now: datetime) -> str:
    fields = _mailgun_fields(request, body)
    stamp, token, signature = (str(fields.get(name, "")) for name in ("timestamp", "token", "signature"))
    if not token or not signatures.mailgun_ok(
        settings.MAILGUN_WEBHOOK_KEY, stamp=stamp, token=token, signature=signature
    ):
        raise Refused("The signature is missing or false.")
    _fresh(stamp, now)
    # The signature covers no more than these: whoever has seen one may sign another body with it, so it counts once.
    return token


def _mailgun_fields(request: HttpRequest, body: bytes) -> Any:
    """The three signed fields. Of a form the last value counts: the sender's own variables may come before it."""
    kind = request.content_type
    try:
        if kind == "application/json":
            block = _json(body).get("signature")
            return block if isinstance(block, dict) else {}
        if kind == "multipart/form-data":
            parts = parts_of(body, request.headers.get("Content-Type", ""))
            return {part.name: part.content.decode("utf-8", "replace") for part in parts if len(part.content) < 200}
    except NoForm as problem:
        raise Refused(str(problem), 400) from None
    return form_of(body)


def _by_mandrill(request: HttpRequest, body: bytes) -> str:
    fields = {name: str(value) for name, value in form_of(body).items()}
    signature = request.headers.get("X-Mandrill-Signature", "")
    key = settings.MANDRILL_WEBHOOK_KEY
    if not signatures.mandrill_ok(key, url=address_of(request), fields=fields, signature=signature):
        raise Refused("The signature is missing or false.")
    return hashlib.sha256(body).hexdigest()


def _by_sns(request: HttpRequest, body: bytes, now: datetime) -> str:
    message = _json(body)
    # Anybody can have Amazon sign something: it must be our own topic, or come with our password.
    if str(message.get("TopicArn", "")) not in settings.SES_TOPICS:
        if not settings.HOOK_SECRET:
            raise Refused("The topic is not among SES_TOPICS.")
        if "Authorization" not in request.headers:
            raise Refused("The user and the password are missing.", 401)  # SNS sends them only when asked
        _by_password(request)
    try:
        key = sns.public_key(str(message.get("SigningCertURL", "")))
    except sns.Unreachable as problem:
        raise Refused(str(problem), 503) from None
    if key is None or not signatures.sns_ok(key, message):
        raise Refused("The signature is missing or false.")
    _fresh(str(message.get("Timestamp", "")), now)
    return str(message.get("MessageId", "")) or hashlib.sha256(body).hexdigest()


def _fresh(stamp: str, now: datetime) -> None:
    if not signatures.is_fresh(stamp, now=now, oldest=oldest()):
        raise Refused("The time stamp is too old, or from the future.")


def _json(body: bytes) -> dict[str, Any]:
    few_entries(body)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("The body is not JSON.", 400) from None
    return found if isinstance(found, dict) else {}
