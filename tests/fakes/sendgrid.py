"""SendGrid's mail/send and Event Webhook, by the rules of its pages (docs.sendgrid.com: Mail Send, Errors, Event Webhook)."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jsonschema import Draft202012Validator

from tests.fakes.server import Call, FakeProvider, Reply, Request, Wrong

KEY = "SG.a-key-of-tests"
RESERVED = set(
    "x-sg-id x-sg-eid received dkim-signature content-type content-transfer-encoding to from subject reply-to cc bcc".split()
)
_MAILBOX = {
    "type": "object",
    "properties": {"email": {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"}, "name": {"type": "string"}},
    "required": ["email"],
    "additionalProperties": False,
}
_STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
_SWITCH = {"type": "object", "properties": {"enable": {"type": "boolean"}}}
SCHEMA = {
    "type": "object",
    "required": ["personalizations", "from", "content"],
    "additionalProperties": False,
    "properties": {
        "personalizations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {
                "type": "object",
                "required": ["to"],
                "additionalProperties": False,
                "properties": {
                    **{name: {"type": "array", "minItems": 1, "items": _MAILBOX} for name in ("to", "cc", "bcc")},
                    "from": _MAILBOX,
                    "subject": {"type": "string", "minLength": 1},
                    "headers": _STRINGS,
                    "substitutions": _STRINGS,
                    "dynamic_template_data": {"type": "object"},
                    "custom_args": _STRINGS,
                    "send_at": {"type": "integer"},
                },
            },
        },
        "from": _MAILBOX,
        "reply_to": _MAILBOX,
        "reply_to_list": {"type": "array", "items": _MAILBOX, "maxItems": 1000},
        "subject": {"type": "string", "minLength": 1},
        "content": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["type", "value"],
                "additionalProperties": False,
                "properties": {"type": {"type": "string"}, "value": {"type": "string", "minLength": 1}},
            },
        },
        "attachments": {"type": "array"},
        "template_id": {"type": "string"},
        "headers": _STRINGS,
        "categories": {"type": "array", "maxItems": 10, "items": {"type": "string", "maxLength": 255}},
        "custom_args": _STRINGS,
        "send_at": {"type": "integer"},
        "batch_id": {"type": "string"},
        "asm": {"type": "object"},
        "ip_pool_name": {"type": "string"},
        "mail_settings": {"type": "object"},
        "tracking_settings": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(
                ("click_tracking", "open_tracking", "subscription_tracking", "ganalytics"), _SWITCH
            ),
        },
    },
}
_VALIDATOR = Draft202012Validator(SCHEMA)


class FakeSendGrid(FakeProvider):
    """`accepted` holds the JSON of each mail."""

    def __init__(self) -> None:
        """Make a key to sign callbacks with."""
        super().__init__()
        self.signing_key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """As its settings page shows it: base64 DER."""
        encoded = self.signing_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(encoded).decode()

    def answer(self, request: Request) -> tuple[Reply | None, Callable[[], Reply] | None]:
        """Check the request as its pages say."""
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            raise Wrong(_error(401, "The provided authorization grant is invalid"), "wrong key")
        if (request.method, request.path) != ("POST", "/v3/mail/send"):
            raise Wrong(_error(404, "not found"), f"no such path: {request.path}")
        mail = request.json()
        problem = _problem(mail)
        if problem:
            raise Wrong(_error(400, problem), problem)
        return None, lambda: self._accept(mail)

    def _accept(self, mail: dict[str, Any]) -> Reply:
        self.accepted.append(mail)
        return Reply(202, None, {"X-Message-Id": secrets.token_urlsafe(16)})

    def event(self, mail: dict[str, Any], kind: str, **more: Any) -> dict[str, Any]:
        """One event about a mail: its custom arguments stand beside the rest."""
        to = mail["personalizations"][0]["to"][0]["email"]
        arguments = {**mail.get("custom_args", {}), **mail["personalizations"][0].get("custom_args", {})}
        return {
            "email": to,
            "timestamp": int(time.time()),
            "event": kind,
            "sg_event_id": secrets.token_urlsafe(16),
            "sg_message_id": secrets.token_urlsafe(16) + ".filter0001.1.1-0",
            "smtp-id": mail.get("headers", {}).get("Message-ID", ""),
            **arguments,
            **more,
        }

    def callback(self, url: str, events: list[dict[str, Any]], *, forged: bool = False, age: int = 0) -> Call:
        """A signed batch of events. A forged one is signed with another key; `age` is in seconds."""
        body = json.dumps(events).encode()
        stamp = str(int(time.time()) - age)
        key = ec.generate_private_key(ec.SECP256R1()) if forged else self.signing_key
        signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": signature,
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        return Call(url, body, headers, "application/json")


def _problem(mail: Any) -> str:
    wrong = "; ".join(f"{list(error.path)}: {error.message}" for error in _VALIDATOR.iter_errors(mail))
    if wrong:
        return wrong
    addresses = [to["email"].lower() for one in mail["personalizations"] for to in one["to"]]
    if len(set(addresses)) != len(addresses):
        return "Each unique email address in the personalizations array should only be included once."
    if not mail.get("subject") and not all(one.get("subject") for one in mail["personalizations"]):
        return "The subject is required."
    kinds = [part["type"] for part in mail["content"]]
    if kinds != sorted(kinds, key=lambda kind: {"text/plain": 0, "text/html": 1}.get(kind, 2)):
        return "If present, text/plain and text/html may only be provided once, in that order."
    if RESERVED & {name.lower() for name in mail.get("headers", {})}:
        return "The headers contain a reserved one."
    arguments = [mail.get("custom_args", {}), *(one.get("custom_args", {}) for one in mail["personalizations"])]
    if any(len(json.dumps(one)) > 10_000 for one in arguments):
        return "The custom arguments exceed 10,000 bytes."
    return ""


def _error(status: int, message: str) -> Reply:
    return Reply(status, {"errors": [{"message": message, "field": None, "help": None}]})
