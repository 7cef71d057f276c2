"""What an error of the API says: application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse

CONTENT_TYPE = "application/problem+json"

#: Status -> the kind's name in `type`, and its title.
KINDS: dict[int, tuple[str, str]] = {
    400: ("unreadable", "The request cannot be read"),
    401: ("no-token", "A valid token is needed"),
    403: ("not-allowed", "This is not allowed"),
    404: ("not-found", "There is no such thing, or not for you"),
    405: ("no-such-method", "This address does not take that method"),
    409: ("conflict", "It is not in the state for that"),
    413: ("too-large", "The request is too large"),
    415: ("not-json", "The body must be JSON"),
    422: ("invalid", "Some fields are not valid"),
    429: ("too-many", "Too many requests"),
    500: ("our-fault", "Something went wrong on our side"),
    503: ("not-ready", "Not ready yet"),
}


class Problem(Exception):
    """An answer that is not the wanted one; raised anywhere in an operation."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        """`errors` by field; `more` are members of their own, such as the `current` state of a stale write."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        pairs = errors.items() if isinstance(errors, Mapping) else errors
        self.errors = [{"field": field, "message": message} for field, message in pairs]
        self.headers = dict(headers or {})
        self.more = more


def invalid(errors: Mapping[str, str] | Sequence[tuple[str, str]], detail: str = "") -> Problem:
    """A 422 for these fields."""
    pairs = list(errors.items()) if isinstance(errors, Mapping) else list(errors)
    return Problem(422, detail or (pairs[0][1] if len(pairs) == 1 else "See `errors`."), errors=pairs)


def not_found(what: str = "thing") -> Problem:
    return Problem(404, f"There is no such {what}, or you may not see it.")


def answer(problem: Problem) -> HttpResponse:
    """The problem as a response."""
    slug, title = KINDS.get(problem.status, ("problem", "The request was not carried out"))
    body: dict[str, Any] = {
        "type": f"/api/v1/docs#{slug}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return JsonResponse(
        body | problem.more,
        status=problem.status,
        headers=problem.headers,
        content_type=CONTENT_TYPE,
        encoder=DjangoJSONEncoder,
    )
