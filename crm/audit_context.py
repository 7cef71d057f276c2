"""Who and from where, noted for the audit trail on every request that may change something."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


def remote_address(request: HttpRequest) -> str:
    """The caller's address; behind our own proxy, the one that the proxy saw (the last that it added)."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        seen = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
        if seen:
            return seen[:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


class AuditContext(HistoryMiddleware):
    """Adds the remote address to user and page."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is stored beside each change that the request makes."""
        return super().get_context(request) | {"address": remote_address(request)}
