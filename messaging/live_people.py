"""Whose session it is: the live process knows people by the cookie of the pages."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest


def user_of_session(key: str) -> int | None:
    """The id of the active person signed in with this session, by the same checks as a page makes; None otherwise."""
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user = get_user(request)
        return user.pk if user.is_authenticated and user.is_active else None
    finally:
        close_old_connections()
