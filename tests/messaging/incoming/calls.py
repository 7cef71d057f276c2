"""Calls of providers, signed as they sign them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

FORM = "application/x-www-form-urlencoded"
TOKEN = "twilio-auth-token"
MAILGUN = "mailgun-signing-key"
SECRET = "hooks:open sesame"
SENDGRID = ec.generate_private_key(ec.SECP256R1())


def sendgrid_key() -> str:
    """The public key as SendGrid shows it."""
    der = SENDGRID.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def password(secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(secret.encode()).decode()


def twilio(
    path: str, fields: Mapping[str, str], *, token: str = TOKEN, site: str = "", client: Any = None
) -> HttpResponse:
    """A call of Twilio's, signed over the public address."""
    from django.conf import settings

    signature = RequestValidator(token).compute_signature((site or settings.SITE_URL) + path, dict(fields))
    return (client or Client()).post(  # type: ignore[no-any-return]
        path, urlencode(fields), content_type=FORM, headers={"X-Twilio-Signature": signature}
    )


def mailgun_signature(stamp: float, key: str = MAILGUN, token: str = "t" * 50) -> dict[str, str]:
    said = f"{int(stamp)}{token}"
    return {
        "timestamp": str(int(stamp)),
        "token": token,
        "signature": hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest(),
    }


def sendgrid(path: str, events: Any, *, stamp: float, key: ec.EllipticCurvePrivateKey = SENDGRID) -> HttpResponse:
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    signature = key.sign(str(int(stamp)).encode() + body, ec.ECDSA(hashes.SHA256()))
    return Client().post(  # type: ignore[return-value]
        path,
        body,
        content_type="application/json",
        headers={
            "X-Twilio-Email-Event-Webhook-Timestamp": str(int(stamp)),
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        },
    )
