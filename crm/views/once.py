"""Forms that make something carry a number; a second click of the same form makes nothing more."""

from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

from django.core.cache import cache
from django.http import HttpRequest

KEPT_SECONDS = 3_600


def new_number() -> str:
    return uuid4().hex


def first_time(request: HttpRequest) -> bool:
    """Whether this form was not sent before. One without a number counts as new; so does any after Redis was emptied."""
    key = _key(request)
    return not key or bool(cache.add(key, "", KEPT_SECONDS))


def remember_made(request: HttpRequest, address: str) -> None:
    """Note where what the form made can be seen, for the second click."""
    if key := _key(request):
        cache.set(key, address, KEPT_SECONDS)


def made_before(request: HttpRequest) -> str:
    """Where the first click led, "" while it is still at work."""
    return str(cache.get(_key(request)) or "")


def again(request: HttpRequest) -> None:
    """Let the form be sent once more: the first time it was refused."""
    cache.delete(_key(request))


def _key(request: HttpRequest) -> str:
    """Names the number with the words: who goes back in the browser and types others means another thing."""
    number = request.POST.get("once", "")[:64]
    if not number:
        return ""
    words = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return f"once:{request.user.pk}:{sha256(repr((number, words)).encode()).hexdigest()}"
