"""What all addresses for providers share: only POST, only so many bytes, and a plain answer with a clear status."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

log = logging.getLogger(__name__)

#: A form of more fields, or a list of more entries, is no provider's.
MOST_FIELDS = 800
MOST_ENTRIES = 20_000
EVENTS_BYTES = 5_000_000


class Refused(Exception):
    """The call is not let in; `status` and words are the whole answer, and nothing is stored."""

    def __init__(self, words: str, status: int = 403) -> None:
        super().__init__(words)
        self.status = status


def hook(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view an address for providers: no cookies, no CSRF, POST only, refusals as plain words.

    A HEAD is how some see, when the address is entered, that it is there.
    """
    answered = answering(view)

    @functools.wraps(view)
    def taking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse() if request.method == "HEAD" else answered(request, *args, **kwargs)

    return csrf_exempt(require_http_methods(["POST", "HEAD"])(taking))


def answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for any method."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Refused as refused:
            log.warning("a hook was refused", extra={"path": request.path, "why": str(refused)})
            response = HttpResponse(f"{refused}\n", status=refused.status, content_type="text/plain; charset=utf-8")
            if refused.status == 401:
                response["WWW-Authenticate"] = 'Basic realm="hooks"'
        return response

    return csrf_exempt(answered)


def body_of(request: HttpRequest, most: int = EVENTS_BYTES) -> bytes:
    """The body, read up to its limit and no further."""
    told = str(request.META.get("CONTENT_LENGTH") or "")
    length = int(told[:20]) if told.isascii() and told.isdecimal() else 0
    if length > most:
        raise Refused(f"More than {most:,} bytes are not taken.", 413)
    try:
        body = request.read(most + 1)
    except (UnreadablePostError, OSError):
        raise Refused("The call broke off.", 400) from None
    if len(body) > most:
        raise Refused(f"More than {most:,} bytes are not taken.", 413)
    if len(body) < length:  # half a mail must not be taken for the whole one
        raise Refused("The call broke off.", 400)
    return body


def form_of(body: bytes) -> QueryDict:
    """The fields of a URL-encoded form."""
    if body.count(b"&") >= MOST_FIELDS:
        raise Refused(f"A form of more than {MOST_FIELDS} fields is not taken.", 413)
    return QueryDict(body, encoding="utf-8")


def few_entries(body: bytes) -> None:
    """Refuse JSON that would unfold into more than anybody sends at once, before it is unfolded."""
    if body.count(b"{") > MOST_ENTRIES or body.count(b"[") > MOST_ENTRIES or body.count(b",") > 40 * MOST_ENTRIES:
        raise Refused(f"More than {MOST_ENTRIES:,} entries at once are not taken.", 413)


def address_of(request: HttpRequest) -> str:
    """The address as the provider called it, whatever a proxy made of it."""
    return f"{settings.SITE_URL}{request.get_full_path()}"


def oldest() -> timedelta:
    """A signed call older than this is taken for a recording."""
    return timedelta(minutes=settings.HOOK_MAX_AGE_MINUTES)


def taken() -> HttpResponse:
    """The answer once it is stored."""
    return HttpResponse("Stored.\n", content_type="text/plain; charset=utf-8")
