"""SMS and WhatsApp through Twilio (twilio.com/docs/messaging/api/message-resource)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from messaging.channels.http_answers import busy, unanswered
from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.retrying import retry_after
from messaging.twilio_codes import ACCOUNT, LATER, sentence_of

# It tells of every request, with headers.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)

API = "https://api.twilio.com"
#: Twilio has what it took in its list at once; still, what is not there so long after the request never came.
SURE_AFTER = timedelta(minutes=9)
#: Its clock and ours may differ by so much.
CLOCKS = timedelta(minutes=2)
NEWEST = 100


class _Http(TwilioHttpClient):
    """Twilio's own client, which keeps Retry-After for us: its exception does not carry it."""

    waits: float | None = None

    def request(self, *args: Any, **kwargs: Any) -> Any:
        self.waits = None
        response = super().request(*args, **kwargs)
        self.waits = retry_after((response.headers or {}).get("Retry-After"))
        return response


@dataclass
class TwilioMessages:
    """One of Twilio's channels. `sender` is a number in E.164 or "MG…", a messaging service; timeouts are in seconds."""

    channel: str
    account: str
    token: str
    sender: str
    callback: str
    api_url: str = API
    timeout: float = 15
    provider: str = field(default="twilio", init=False)
    at_once: int = field(default=10, init=False)
    needs_words: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Make the client, whose connection is kept."""
        self._http = _Http(timeout=self.timeout)
        self._client = Client(self.account, self.token, http_client=self._http)
        if self.api_url != API:
            self._client.api.base_url = self.api_url

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Hand over one after the other: Twilio takes one message a request."""
        return (self._send(letter) for letter in letters)

    def look_up(self, lost: Lost) -> Answer | None:
        """Look through what Twilio lists for the number: ours was made about then, has our words, and is no other's."""
        try:
            found = self._client.messages.list(to=self._address(lost.address), limit=NEWEST)
        except (TwilioException, requests.RequestException):
            return None
        near = sorted((one for one in found if self._may_be(one, lost)), key=lambda one: one.date_created)
        mine = [one for one in near if _same(str(one.body or ""), lost.text)]
        if mine:
            return _standing(mine[0])
        full = len(found) == NEWEST and min(one.date_created for one in found) > lost.handed_at - CLOCKS
        # With other words it may still be ours: Twilio fills templates, and some letters, in its own way.
        if near or full or lost.asked_at - lost.handed_at < SURE_AFTER:
            return None
        return Answer(Outcome.LATER, "Twilio never got it, so it is sent again.")

    def _may_be(self, one: Any, lost: Lost) -> bool:
        near = lost.handed_at - CLOCKS <= one.date_created <= lost.handed_at + CLOCKS + timedelta(seconds=self.timeout)
        return near and str(one.direction or "").startswith("outbound") and one.sid not in lost.others

    def _address(self, number: str) -> str:
        return f"whatsapp:{number}" if self.channel == "whatsapp" and not number.startswith("whatsapp:") else number

    def _fields(self, letter: Letter) -> dict[str, Any]:
        sender = letter.sender or self.sender
        fields: dict[str, Any] = {
            "to": self._address(letter.address),
            # Twilio knows no metadata: our own name rides on the address that it calls back.
            "status_callback": f"{self.callback}?message={letter.message_id}.{letter.token}",
        }
        if sender.startswith("MG"):
            fields["messaging_service_sid"] = sender
        else:
            fields["from_"] = self._address(sender)
        if letter.template:
            fields["content_sid"] = letter.template
            if letter.variables:
                fields["content_variables"] = json.dumps(dict(letter.variables), ensure_ascii=False)
        else:
            fields["body"] = letter.text
        if letter.media:
            fields["media_url"] = list(letter.media)[:10]
        return fields

    def _send(self, letter: Letter) -> Answer:
        try:
            made = self._client.messages.create(**self._fields(letter))
        except TwilioRestException as problem:
            return self._declined(problem)
        except requests.RequestException as problem:
            return unanswered(problem, "Twilio")
        except (TwilioException, ValueError) as problem:  # it said yes, but not what
            return Answer(Outcome.UNCLEAR, f"Twilio’s answer could not be read: {problem}")
        if not made.sid:
            return Answer(Outcome.UNCLEAR, "Twilio’s answer names no message.")
        return _standing(made)

    def _declined(self, problem: TwilioRestException) -> Answer:
        code = int(problem.code or 0)
        words = sentence_of(code, str(problem.msg).removeprefix("Unable to create record: "))
        if code in LATER:
            wait = self._http.waits
            return Answer(Outcome.LATER, words, code=str(code), retry_after=wait, down=code in ACCOUNT)
        answer = busy(problem.status, "Twilio", self._http.waits)
        return answer or Answer(Outcome.REFUSED, words, code=str(code or problem.status))


def _standing(one: Any) -> Answer:
    """What Twilio says of a message that it has."""
    cost, currency = _price(one)
    code = str(one.error_code or "")
    if one.status in ("failed", "undelivered", "canceled"):
        words = sentence_of(one.error_code, str(one.error_message or one.status))
        return Answer(Outcome.REFUSED, words, one.sid, code=code, cost=cost, currency=currency)
    outcome = Outcome.DELIVERED if one.status in ("delivered", "read") else Outcome.TAKEN
    return Answer(outcome, "Twilio took it.", one.sid, cost=cost, currency=currency)


def _price(one: Any) -> tuple[Decimal | None, str]:
    try:
        return abs(Decimal(str(one.price))), str(one.price_unit or "").upper()[:3]
    except InvalidOperation:
        return None, ""


def _same(theirs: str, ours: str) -> bool:
    """The same words, but for blanks, and a trial account's words before them."""
    return "".join(theirs.split()).endswith("".join(ours.split()))
