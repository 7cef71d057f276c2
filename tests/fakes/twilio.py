"""Twilio's messages: requests held to its OpenAPI where that lies beside the checkout, callbacks signed as it signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.fakes.server import Call, FakeProvider, Reply, Request, Wrong

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token of tests"
CONTRACT = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "contracts" / "twilio_api_v2010_messages.openapi.json"
)
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
#: The fields known without the contract (twilio.com/docs/messaging/api/message-resource, Create a Message).
FIELDS = set(
    "To StatusCallback ApplicationSid MaxPrice ProvideFeedback Attempt ValidityPeriod ForceDelivery ContentRetention"
    " AddressRetention SmartEncoded PersistentAction TrafficType ShortenUrls ScheduleType SendAt SendAsMms"
    " ContentVariables RiskCheck From FallbackFrom MessagingServiceSid Body MediaUrl ContentSid MessageIntent".split()
)
E164 = re.compile(r"(whatsapp:)?\+[1-9][0-9]{4,14}")


@dataclass
class Sms:
    """A message that it took."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    at: datetime
    status: str = "queued"
    fields: dict[str, list[str]] = field(default_factory=dict)
    error: int | None = None
    price: str | None = None

    @property
    def own_name(self) -> str:
        """What the product calls it: "12.0a1b2c3d4e5f"."""
        return self.callback.rpartition("message=")[2]

    def resource(self) -> dict[str, Any]:
        """As the interface shows it."""
        stamp = format_datetime(self.at)
        return {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": stamp,
            "date_sent": None if self.status == "queued" else stamp,
            "date_updated": stamp,
            "direction": "outbound-api",
            "error_code": self.error,
            "error_message": None,
            "from": self.sender or None,
            "messaging_service_sid": (self.fields.get("MessagingServiceSid") or [None])[0],
            "num_media": str(len(self.fields.get("MediaUrl", []))),
            "num_segments": "1",
            "price": self.price,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{self.sid}/Media.json"},
            "to": self.to,
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{self.sid}.json",
        }


@cache
def _validator() -> Any:
    """The contract's rules for the form, or None where the contract is not there."""
    if not CONTRACT.exists():
        return None
    from jsonschema import Draft202012Validator

    document = json.loads(CONTRACT.read_text())
    post = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    schema = post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    return Draft202012Validator(
        {**schema, "additionalProperties": False, "components": document["components"]}
    ), schema["properties"]


def problem_of(fields: dict[str, list[str]]) -> str:
    """What the contract says against a form; empty when it is right."""
    unknown = set(fields) - FIELDS
    if unknown:
        return f"unknown fields: {', '.join(sorted(unknown))}"
    known = _validator()
    if known is None:
        return ""
    validator, properties = known
    typed: dict[str, Any] = {}
    for name, values in fields.items():
        kind = properties.get(name, {}).get("type")
        typed[name] = values if kind == "array" else _typed(values[0], kind)
    return "; ".join(f"{list(error.path)}: {error.message}" for error in validator.iter_errors(typed))


def _typed(value: str, kind: str | None) -> Any:
    if kind == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    return {"true": True, "false": False}.get(value, value) if kind == "boolean" else value


class FakeTwilio(FakeProvider):
    """`refusals` maps a number to the code that a message to it is refused with; `now` may be moved."""

    def __init__(self) -> None:
        """Know nobody who refuses."""
        super().__init__()
        self.refusals: dict[str, int] = {}
        self.by_number: dict[str, list[Sms]] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def answer(self, request: Request) -> tuple[Reply | None, Callable[[], Reply] | None]:
        """Check who asks and what, as Twilio does."""
        told = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != told:
            raise Wrong(_error(401, 20003, "Authenticate"), "wrong account or token")
        if request.path != MESSAGES:
            raise Wrong(_error(404, 20404, f"{request.path} was not found"), f"no such path: {request.path}")
        if request.method == "GET":
            return self._list(request), None
        fields = request.form()
        problem = problem_of(fields)
        if problem:
            raise Wrong(_error(400, 21100, problem), problem)
        self._check(fields)
        code = self.refusals.get(fields["To"][0])
        if code:
            return _error(429 if code == 20429 else 400, code, "Refused by order"), None
        return None, lambda: self._accept(fields)

    def _check(self, fields: dict[str, list[str]]) -> None:
        """What Twilio's pages say beside the contract."""
        to = (fields.get("To") or [""])[0]
        if not E164.fullmatch(to):
            raise Wrong(_error(400, 21211, f"Invalid 'To' Phone Number: {to}"), f"To is {to!r}")
        if not (fields.get("From") or fields.get("MessagingServiceSid")):
            raise Wrong(_error(400, 21603, "A 'From' phone number is required."), "no sender")
        if to.startswith("whatsapp:") != (fields.get("From") or [to])[0].startswith("whatsapp:"):
            raise Wrong(_error(400, 21910, "Invalid From and To pair"), "a WhatsApp number and another")
        body = (fields.get("Body") or [""])[0]
        if not (body or fields.get("MediaUrl") or fields.get("ContentSid")):
            raise Wrong(_error(400, 21602, "Message body is required."), "no words")
        if len(body) > 1600:
            raise Wrong(
                _error(400, 21617, "The concatenated message body exceeds the 1600 character limit."), "too long"
            )
        if fields.get("ContentVariables"):
            given = json.loads(fields["ContentVariables"][0])
            if not fields.get("ContentSid") or not all(isinstance(value, str) for value in given.values()):
                raise Wrong(_error(400, 21656, "The ContentVariables parameter is invalid"), "content variables")

    def _accept(self, fields: dict[str, list[str]]) -> Reply:
        one = Sms(
            sid="SM" + secrets.token_hex(16),
            to=fields["To"][0],
            sender=(fields.get("From") or [""])[0],
            body=(fields.get("Body") or [""])[0],
            callback=(fields.get("StatusCallback") or [""])[0],
            at=self.now(),
            status="accepted" if fields.get("MessagingServiceSid") else "queued",
            fields=fields,
        )
        self.accepted.append(one)
        self.by_number.setdefault(one.to, []).append(one)
        return Reply(201, one.resource())

    def _list(self, request: Request) -> Reply:
        found = self.by_number.get(request.query["To"][0], []) if "To" in request.query else self.accepted
        size = int(request.query.get("PageSize", ["50"])[0])
        page = [one.resource() for one in reversed(found)][:size]
        return Reply(200, {"messages": page, "page": 0, "page_size": size, "next_page_uri": None, "uri": MESSAGES})

    def busy_body(self) -> Any:
        """Twilio's words for too many requests."""
        return {"code": 20429, "message": "Too Many Requests", "status": 429}

    # --- Callbacks -----------------------------------------------------------------------------------
    def callback(self, one: Sms, status: str, *, code: int | None = None, forged: bool = False) -> Call:
        """The status callback for a message. A forged one is signed with another token."""
        fields = {
            "SmsSid": one.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": one.to,
            "MessageSid": one.sid,
            "AccountSid": ACCOUNT,
            "From": one.sender or "+15005550006",
            "ApiVersion": "2010-04-01",
        }
        if code:
            fields["ErrorCode"] = str(code)
        one.status, one.error = status, code
        return signed(one.callback, fields, forged=forged)

    def callbacks(self, one: Sms, *, reordered: bool = False, doubled: bool = False) -> list[Call]:
        """The life of a message that arrives."""
        calls = [self.callback(one, status) for status in ("sent", "delivered")]
        calls = calls[::-1] if reordered else calls
        return [call for call in calls for _ in range(2 if doubled else 1)]

    def incoming(self, url: str, *, sender: str, to: str, body: str, sid: str = "", forged: bool = False) -> Call:
        """A message that somebody wrote to us."""
        sid = sid or "SM" + secrets.token_hex(16)
        fields = {"MessageSid": sid, "SmsSid": sid, "AccountSid": ACCOUNT, "From": sender, "To": to, "Body": body}
        return signed(url, fields | {"NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}, forged=forged)

    def age(self, by: timedelta) -> None:
        """Make everything that it has older."""
        for one in self.accepted:
            one.at -= by


def signed(url: str, fields: dict[str, str], *, forged: bool = False) -> Call:
    """A form as Twilio signs it: HMAC-SHA1 of the address and the fields in order (its page "Webhooks security")."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    key = "another token" if forged else TOKEN
    signature = base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return Call(url, urlencode(fields).encode(), {"X-Twilio-Signature": signature}, "application/x-www-form-urlencoded")


def _error(status: int, code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, {"code": code, "message": message, "more_info": more, "status": status})
