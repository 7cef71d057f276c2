"""Whether a call really comes from the provider: each one's own way to sign, pure. All compare in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

#: A clock of theirs may run ahead of ours by so much.
AHEAD = timedelta(minutes=10)


def is_fresh(stamp: str | float, *, now: datetime, oldest: timedelta) -> bool:
    """Whether a time stamp, in seconds since 1970 or ISO 8601, is neither too old nor from the future."""
    try:
        at = datetime.fromtimestamp(float(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        try:
            at = datetime.fromisoformat(str(stamp))
        except ValueError:
            return False
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return now - oldest <= at <= now + AHEAD


def basic_auth_ok(secret: str, header: str) -> bool:
    """Whether the Authorization header holds "user:password" as agreed (RFC 7617)."""
    scheme, _, given = header.partition(" ")
    if not secret or scheme.lower() != "basic":
        return False
    try:
        told = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(told, secret.encode())


def sendgrid_ok(public_key: str, *, stamp: str, signature: str, body: bytes) -> bool:
    """ECDSA P-256 with SHA-256 over the time stamp and the body; key and signature are base64 DER.

    Source: docs.sendgrid.com, Event Webhook security features.
    """
    try:
        key = load_der_public_key(base64.b64decode(public_key))
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def mailgun_ok(signing_key: str, *, stamp: str, token: str, signature: str) -> bool:
    """HMAC-SHA256, in hexadecimal, over the time stamp and the token. It does not cover the body: a token counts once.

    Source: documentation.mailgun.com, Securing webhooks.
    """
    ours = hmac.new(signing_key.encode(), f"{stamp}{token}".encode(errors="replace"), hashlib.sha256).hexdigest()
    return bool(signing_key) and hmac.compare_digest(ours.encode(), signature.encode(errors="replace"))


def mandrill_ok(key: str, *, url: str, fields: Mapping[str, str], signature: str) -> bool:
    """HMAC-SHA1, in base64, over the address and the form's fields by name.

    Source: mailchimp.com/developer/transactional, Authenticating webhook requests.
    """
    text = url + "".join(name + fields[name] for name in sorted(fields))
    ours = base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha1).digest())
    return bool(key) and hmac.compare_digest(ours, signature.encode())


def twilio_ok(auth_token: str, *, url: str, fields: Mapping[str, Sequence[str]], signature: str) -> bool:
    """HMAC-SHA1, in base64, over the address and the form's fields by name; with and without the port in the address.

    Source: twilio.com/docs/usage/security, Validating requests; https callers may or may not count the port.
    """
    if not auth_token or not signature:
        return False
    said = "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    spellings = {url, parts._replace(netloc=f"{host}").geturl(), parts._replace(netloc=f"{host}:{port}").geturl()}
    fits = False
    for spelling in spellings:
        ours = base64.b64encode(hmac.new(auth_token.encode(), (spelling + said).encode(), hashlib.sha1).digest())
        fits |= hmac.compare_digest(ours, signature.encode())
    return fits


def meta_ok(app_secret: str, *, header: str, body: bytes) -> bool:
    """WhatsApp Cloud: HMAC-SHA256 over the body as "sha256=..." in X-Hub-Signature-256.

    Source: developers.facebook.com/docs/graph-api/webhooks, Validating payloads.
    """
    ours = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(app_secret) and hmac.compare_digest(ours.encode(), header.encode())


_PRINTABLE = re.compile(r"[!-\[\]-~]+")  # nothing that one program reads in another way than the next
_SNS_HOST = re.compile(r"sns\.[a-z0-9-]{3,40}\.amazonaws\.com(?:\.cn)?")
_SNS_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


def is_sns_address(url: str) -> bool:
    """Whether the address is Amazon SNS itself: nothing else is ever asked because a call says so."""
    try:
        parts = urlsplit(url)
        return bool(
            _PRINTABLE.fullmatch(url)
            and parts.scheme == "https"
            and _SNS_HOST.fullmatch(parts.hostname or "")
            and parts.port in (None, 443)
            and parts.username is None
        )
    except ValueError:
        return False


def sns_ok(key: rsa.RSAPublicKey, message: Mapping[str, object]) -> bool:
    """RSA over the signed fields, each as name and value on a line: SHA-1 in version 1, SHA-256 in version 2.

    Source: docs.aws.amazon.com/sns, Verifying the signatures of Amazon SNS messages.
    """
    names = _SNS_SIGNED.get(str(message.get("Type")), ())
    text = "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None)
    digest = {"1": hashes.SHA1(), "2": hashes.SHA256()}.get(str(message.get("SignatureVersion")))  # noqa: S303
    if not names or digest is None:
        return False
    try:
        signature = base64.b64decode(str(message.get("Signature", "")), validate=True)
        key.verify(signature, text.encode(), padding.PKCS1v15(), digest)
    except (InvalidSignature, ValueError):
        return False
    return True
