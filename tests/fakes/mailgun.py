"""Mailgun's messages, events and webhooks, by the rules of its pages (documentation.mailgun.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.server import Call, FakeProvider, Reply, Request, Wrong

KEY, SIGNING_KEY = "key-of-tests", "signing-key-of-tests"
PLAIN = set("from to cc bcc subject text html amp-html attachment inline template recipient-variables".split())
PREFIXES = ("o:", "h:", "v:", "t:")
SWITCHES = re.compile(r"o:(tracking|dkim|testmode|tracking-clicks|tracking-opens|require-tls|skip-verification)")


@dataclass
class Mail:
    """One that it took."""

    id: str
    to: str
    fields: dict[str, list[str]]
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """What comes back with each event."""
        return {name[2:]: values[0] for name, values in self.fields.items() if name.startswith("v:")}


class FakeMailgun(FakeProvider):
    """`refusals` are addresses that it calls invalid."""

    def __init__(self) -> None:
        """Refuse nobody."""
        super().__init__()
        self.refusals: set[str] = set()

    def answer(self, request: Request) -> tuple[Reply | None, Callable[[], Reply] | None]:
        """Check the request as its pages say."""
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode():
            raise Wrong(Reply(401, {"message": "Forbidden"}), "wrong key")
        found = re.fullmatch(r"/v3/([a-z0-9.-]+)/(messages|events)", request.path)
        if not found:
            raise Wrong(Reply(404, {"message": "Not found"}), f"no such path: {request.path}")
        if found[2] == "events":
            return self._events(request), None
        fields = request.form()
        problem = _problem(fields)
        if problem:
            raise Wrong(Reply(400, {"message": problem}), problem)
        if any(address in fields["to"][0] for address in self.refusals):
            return Reply(400, {"message": "to parameter is not a valid address. please check documentation"}), None
        return None, lambda: self._accept(fields, found[1])

    def _accept(self, fields: dict[str, list[str]], domain: str) -> Reply:
        own = next((values[0] for name, values in fields.items() if name.lower() == "h:message-id"), "")
        mail = Mail(own or f"<{secrets.token_hex(12)}@{domain}>", fields["to"][0], fields)
        self.accepted.append(mail)
        self._note(mail, "accepted")
        return Reply(200, {"id": mail.id, "message": "Queued. Thank you."})

    def _note(self, mail: Mail, kind: str, **more: Any) -> dict[str, Any]:
        event = {
            "event": kind,
            "id": secrets.token_urlsafe(16),
            "timestamp": time.time(),
            "recipient": mail.to.rpartition("<")[2].rstrip(">"),
            "message": {"headers": {"message-id": mail.id.strip("<>"), "to": mail.to}},
            "user-variables": mail.variables,
            "tags": [],
            **more,
        }
        mail.events.append(event)
        return event

    def _events(self, request: Request) -> Reply:
        name = request.query["message-id"][0]
        items = [event for mail in self.accepted if mail.id.strip("<>") == name for event in mail.events]
        return Reply(200, {"items": items, "paging": {}})

    def callback(self, url: str, mail: Mail, kind: str, *, forged: bool = False, age: int = 0, **more: Any) -> Call:
        """A signed event. A forged one is signed with another key; `age` is in seconds."""
        stamp, token = str(int(time.time()) - age), secrets.token_hex(25)
        key = "another key" if forged else SIGNING_KEY
        signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        body = {
            "signature": {"timestamp": stamp, "token": token, "signature": signature},
            "event-data": self._note(mail, kind, **more),
        }
        return Call(url, json.dumps(body).encode(), {}, "application/json")


def _problem(fields: dict[str, list[str]]) -> str:
    unknown = [name for name in fields if name not in PLAIN and not name.startswith(PREFIXES)]
    if unknown:
        return f"unknown parameters: {unknown}"
    for name in ("from", "to", "subject"):
        if not fields.get(name, [""])[0]:
            return f"{name} parameter is missing"
    if not any(fields.get(name, [""])[0] for name in ("text", "html", "template", "amp-html")):
        return "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified"
    for name, values in fields.items():
        if SWITCHES.fullmatch(name) and values[0] not in ("yes", "no", "true", "false", "htmlonly"):
            return f"{name} must be yes or no"
        if name.startswith("h:") and not values[0].isascii():
            return f"{name} is not ASCII"
    return ""
