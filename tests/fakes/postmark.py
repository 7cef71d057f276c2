"""Postmark's /email, by the rules of its page (postmarkapp.com/developer/api/email-api)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any

from tests.fakes.server import FakeProvider, Reply, Request, Wrong

FIELDS = set(
    "From To Cc Bcc Subject Tag HtmlBody TextBody ReplyTo Metadata Headers TrackOpens TrackLinks Attachments"
    " MessageStream".split()
)


class FakePostmark(FakeProvider):
    """`inactive` are addresses that it does not deliver to any more."""

    def __init__(self) -> None:
        """Deliver to everybody."""
        super().__init__()
        self.inactive: set[str] = set()

    def answer(self, request: Request) -> tuple[Reply | None, Callable[[], Reply] | None]:
        """Check the request as its page says."""
        if not request.headers.get("X-Postmark-Server-Token"):
            raise Wrong(Reply(401, {"ErrorCode": 10, "Message": "No Account or Server API tokens"}), "no token")
        if (request.method, request.path) != ("POST", "/email"):
            raise Wrong(Reply(404, {"ErrorCode": 404, "Message": "Not found"}), f"no such path: {request.path}")
        mail = request.json()
        problem = _problem(mail)
        if problem:
            raise Wrong(Reply(422, {"ErrorCode": 300, "Message": problem}), problem)
        to = parseaddr(mail["To"])[1]
        if to in self.inactive:
            words = (
                "You tried to send to recipient(s) that have been marked as inactive."
                f" Found inactive addresses: {to}."
                " Inactive recipients are ones that have generated a hard bounce or a spam complaint."
            )
            return Reply(422, {"ErrorCode": 406, "Message": words}), None
        return None, lambda: self._accept(mail)

    def _accept(self, mail: dict[str, Any]) -> Reply:
        self.accepted.append(mail)
        told = {"To": mail["To"], "MessageID": secrets.token_hex(16), "ErrorCode": 0, "Message": "OK"}
        return Reply(200, {**told, "SubmittedAt": "2026-11-20T12:00:00.0000000+00:00"})


def _problem(mail: dict[str, Any]) -> str:
    if set(mail) - FIELDS:
        return f"unknown fields: {set(mail) - FIELDS}"
    if not (mail.get("From") and mail.get("To") and (mail.get("TextBody") or mail.get("HtmlBody"))):
        return "a mail needs From, To and a body"
    if mail.get("TrackLinks", "None") not in ("None", "HtmlAndText", "HtmlOnly", "TextOnly"):
        return "TrackLinks"
    if not all(isinstance(value, str) and len(value) <= 80 for value in mail.get("Metadata", {}).values()):
        return "Metadata"
    if not all(set(header) == {"Name", "Value"} for header in mail.get("Headers", [])):
        return "Headers"
    return ""
