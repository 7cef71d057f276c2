"""Forms that make something carry a number; a second click of the same form makes nothing more."""

from __future__ import annotations

from uuid import uuid4

from django.core.cache import cache
from django.http import HttpRequest

KEPT_SECONDS = 3_600


def new_number() -> str:
    return uuid4().hex


def first_time(request: HttpRequest) -> bool:
    """Whether this form was not sent before. One without a number counts as new; so does any after Redis was emptied."""
    number = request.POST.get("once", "")[:64]
    return not number or bool(cache.add(f"once:{request.user.pk}:{number}", "", KEPT_SECONDS))


def remember_made(request: HttpRequest, address: str) -> None:
    """Note where what the form made can be seen, for the second click."""
    if number := request.POST.get("once", "")[:64]:
        cache.set(f"once:{request.user.pk}:{number}", address, KEPT_SECONDS)


def made_before(request: HttpRequest) -> str:
    """Where the first click led, "" while it is still at work."""
    return str(cache.get(f"once:{request.user.pk}:{request.POST.get('once', '')[:64]}") or "")


def again(request: HttpRequest) -> None:
    """Let the form be sent once more: the first time it was refused."""
    cache.delete(f"once:{request.user.pk}:{request.POST.get('once', '')[:64]}")
