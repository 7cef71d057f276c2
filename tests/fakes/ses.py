"""Amazon SES's SendEmail, by the rules of its page (SES API v2 Reference, SendEmail)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from email import message_from_bytes
from typing import Any

from tests.fakes.server import FakeProvider, Reply, Request, Wrong


class FakeSes(FakeProvider):
    """`accepted` holds the mails as they were given."""

    def answer(self, request: Request) -> tuple[Reply | None, Callable[[], Reply] | None]:
        """Check the request as its page says."""
        if not request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential="):
            raise Wrong(_error(403, "InvalidClientTokenId", "not signed"), "not signed")
        if (request.method, request.path) != ("POST", "/v2/email/outbound-emails"):
            raise Wrong(_error(404, "NotFoundException", "no"), f"no such path: {request.path}")
        asked = request.json()
        try:
            raw = base64.b64decode(asked["Content"]["Raw"]["Data"], validate=True)
            asked["Destination"]["ToAddresses"][0]
        except (KeyError, IndexError, ValueError) as problem:
            raise Wrong(_error(400, "BadRequestException", str(problem)), f"{problem!r}") from None
        return None, lambda: self._accept(raw)

    def _accept(self, raw: bytes) -> Reply:
        self.accepted.append(message_from_bytes(raw))
        return Reply(200, {"MessageId": secrets.token_hex(20)})

    def busy_body(self) -> Any:
        """Amazon names the kind of error in a field."""
        return {"__type": "TooManyRequestsException", "message": "Too many requests"}


def _error(status: int, kind: str, words: str) -> Reply:
    return Reply(status, {"__type": kind, "message": words}, {"X-Amzn-ErrorType": kind})
