"""Where open pages listen for news: LIVE_URL, an address, a path, or ":8001/live/" for another port of the same host."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest


def live_url(request: HttpRequest) -> str:
    """Return the stream's address for the page of this request; empty when there is no live process."""
    if settings.LIVE_URL.startswith(":"):
        try:
            host = urlsplit(f"//{request.get_host()}").hostname or ""
        except DisallowedHost:
            return ""
        return f"{request.scheme}://{f'[{host}]' if ':' in host else host}{settings.LIVE_URL}"
    return str(settings.LIVE_URL)


def live_origin(request: HttpRequest) -> str:
    """Return what the content policy must allow beside the page's own origin; mostly nothing."""
    parts = urlsplit(live_url(request))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
