"""E-mail through the interfaces of SendGrid, Mailgun, Postmark and Amazon SES, spoken by django-anymail's backends."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formataddr
from functools import cache
from importlib import import_module
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailMessage
from botocore import exceptions as boto

from messaging.channels.http_answers import busy, unanswered
from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.mime import further_headers, message_id
from messaging.outbox import one_line
from messaging.provider_titles import title_of
from messaging.retrying import retry_after

#: Backend by provider; and whether it counts opens and clicks unless told not to. We count them ourselves.
BACKENDS = {
    "sendgrid": ("anymail.backends.sendgrid", True),
    "mailgun": ("anymail.backends.mailgun", True),
    "postmark": ("anymail.backends.postmark", True),
    "ses": ("anymail.backends.amazon_ses", False),
}
#: Amazon's names for "slower", and for what somebody must put right in the account (SES API v2, Errors of SendEmail).
SES_SLOWER = {"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"}
SES_ACCOUNT = {
    "AccountSuspendedException",
    "SendingPausedException",
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "ExpiredTokenException",
}
#: Amazon's statuses and ours speak of the account, not of the message.
ACCOUNT = {401, 402, 403}

LookUp = Callable[[Lost], Answer | None]


@dataclass
class EmailAnymail:
    """`options` are what the backend takes: keys, addresses. `ask` is how the provider can be asked, where it can."""

    provider: str
    sender: str
    options: Mapping[str, Any]
    ask: LookUp | None = None
    at_once: int = field(default=10, init=False)
    needs_words: bool = field(default=True, init=False)
    _kept: threading.local = field(default_factory=threading.local, init=False)

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Hand over one after the other: each has words, links and headers of its own."""
        return (self._send(letter) for letter in letters)

    def look_up(self, lost: Lost) -> Answer | None:
        """Ask, where the provider tells; its callbacks settle the rest."""
        return self.ask(lost) if self.ask else None

    @property
    def _backend(self) -> Any:
        """This thread's, with its connection kept open."""
        backend = getattr(self._kept, "backend", None)
        if backend is None:
            backend = self._kept.backend = _class_of(self.provider)(**self.options)
            backend.open()
        return backend

    def message(self, letter: Letter) -> AnymailMessage:
        """The mail as anymail takes it. Its metadata comes back with each event of the provider."""
        sender = letter.sender or self.sender
        mail = AnymailMessage(
            subject=one_line(letter.subject),
            body=letter.text,
            from_email=sender,
            to=[formataddr((one_line(letter.name), letter.address), "utf-8") if letter.name else letter.address],
            reply_to=[letter.reply_to] if letter.reply_to else None,
            headers={
                "Message-ID": message_id(letter.message_id, letter.token, sender),
                **dict(further_headers(letter)),
            },
            metadata={"message": f"{letter.message_id}.{letter.token}"},
        )
        if letter.html:
            mail.attach_alternative(letter.html, "text/html")
        if BACKENDS[self.provider][1]:
            mail.track_opens = mail.track_clicks = False
        return mail

    def _send(self, letter: Letter) -> Answer:
        who = title_of(self.provider)
        if any(sign.isspace() for sign in letter.address):
            return Answer(Outcome.REFUSED, f"{letter.address!r} is not an e-mail address.", code="invalid")
        try:
            mail = self.message(letter)
            self._backend.send_messages([mail])
        except AnymailRecipientsRefused as problem:
            return _refused(problem, who)
        except AnymailAPIError as problem:
            return _declined(problem, who)
        except (AnymailError, ValueError, TypeError) as problem:  # found before anything was said
            return Answer(
                Outcome.REFUSED, f"{who} cannot be given this message: {_first_line(problem)}", code="invalid"
            )
        return self._status(mail, letter, who)

    def _status(self, mail: AnymailMessage, letter: Letter, who: str) -> Answer:
        """What was said for this very recipient; one mail has one."""
        told = mail.anymail_status.recipients or {}
        mine = next(iter(told.values()), None)
        if mine is None:
            return Answer(Outcome.UNCLEAR, f"{who} said nothing about {letter.address}.")
        name = mine.message_id or ""
        if mine.status in ("invalid", "rejected", "failed"):
            return Answer(Outcome.REFUSED, f"{who} does not deliver to this address.", name, code=mine.status)
        if mine.status in ("sent", "queued"):
            return Answer(Outcome.TAKEN, f"{who} took it.", name)
        return Answer(Outcome.UNCLEAR, f"{who} did not say whether it took it.", name)


@cache
def _class_of(provider: str) -> Callable[..., Any]:
    backend: type[Any] = import_module(BACKENDS[provider][0]).EmailBackend

    def make(**options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # anymail does not test SendGrid any more; our own suite does
            return backend(**options)

    return make


def _refused(problem: AnymailRecipientsRefused, who: str) -> Answer:
    status = problem.email_message.anymail_status if problem.email_message else None
    kinds = ", ".join(sorted(status.status or ())) if status else ""
    return Answer(Outcome.REFUSED, f"{who} does not deliver to this address.", code=kinds or "rejected")


def _declined(problem: AnymailAPIError, who: str) -> Answer:
    if isinstance(problem.__cause__, boto.BotoCoreError | boto.ClientError):
        return _declined_by_amazon(problem.__cause__, who)
    status, response = problem.status_code, problem.response
    if status is None or response is None:
        return unanswered(problem, who)
    if 200 <= status < 300:
        return Answer(Outcome.UNCLEAR, f"{who} answered what could not be read.", code=str(status))
    known = busy(status, who, retry_after(response.headers.get("Retry-After")))
    if known:
        return known
    words = f"{who} said {status}: {_said(response)}"
    if status in ACCOUNT:
        return Answer(Outcome.LATER, words, code=str(status), down=True)
    return Answer(Outcome.REFUSED, words, code=str(status))


def _declined_by_amazon(cause: Exception, who: str) -> Answer:
    if not isinstance(cause, boto.ClientError):
        if isinstance(
            cause, boto.ReadTimeoutError | boto.ConnectionClosedError | boto.HTTPClientError
        ) and not isinstance(
            cause, boto.ConnectTimeoutError | boto.EndpointConnectionError | boto.SSLError | boto.ProxyConnectionError
        ):
            return Answer(Outcome.UNCLEAR, f"{who} did not answer in time; it may have taken the message.", down=True)
        return Answer(Outcome.LATER, f"{who} cannot be reached: {_first_line(cause)}", down=True)
    error = cause.response.get("Error", {})
    code, status = str(error.get("Code", "")), cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    words = f"{who} said {code}: {error.get('Message', '')}"[:300]
    if code in SES_SLOWER:
        return Answer(Outcome.LATER, f"{who} takes no more mail just now.", code=code, retry_after=30.0)
    if code in SES_ACCOUNT or status in ACCOUNT:
        return Answer(Outcome.LATER, words, code=code, down=True)
    return busy(status, who, None) or Answer(Outcome.REFUSED, words, code=code)


def _said(response: requests.Response) -> str:
    """The provider's own words: each puts them into another field of its JSON."""
    try:
        said = response.json()
    except ValueError:
        return response.text[:200]
    if isinstance(said, dict):
        errors = said.get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return str(errors[0].get("message", ""))[:200]
        return str(said.get("message") or said.get("Message") or said)[:200]
    return str(said)[:200]


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]
