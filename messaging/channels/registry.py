"""Which channel goes out through which provider, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from messaging.channels.email_keep import EmailKeep
from messaging.channels.email_smtp import EmailSmtp
from messaging.channels.in_app import InApp
from messaging.channels.shape import Channel


@lru_cache(maxsize=4)
def _smtp(
    host: str, port: int, user: str, password: str, sender: str, starttls: bool, tls: bool, timeout: float
) -> EmailSmtp:
    return EmailSmtp(host, port, user, password, sender, starttls, tls, timeout)  # cached: its connection is kept


def _by_smtp() -> Channel:
    return _smtp(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        settings.DEFAULT_FROM_EMAIL,
        settings.EMAIL_USE_TLS,
        settings.EMAIL_USE_SSL,
        settings.EMAIL_TIMEOUT,
    )


def _by_keeping() -> Channel:
    return EmailKeep(Path(settings.KEEP_DIR), settings.DEFAULT_FROM_EMAIL)


EMAIL_PROVIDERS: dict[str, Callable[[], Channel]] = {"smtp": _by_smtp, "keep": _by_keeping}


def _email() -> Channel:
    try:
        return EMAIL_PROVIDERS[settings.EMAIL_PROVIDER]()
    except KeyError:
        known = ", ".join(EMAIL_PROVIDERS)
        raise ImproperlyConfigured(f"EMAIL_PROVIDER is {settings.EMAIL_PROVIDER!r}; choose one of: {known}.") from None


CHANNELS: dict[str, Callable[[], Channel]] = {"email": _email, "in_app": InApp}


def channel_named(name: str) -> Channel | None:
    """The way out for a channel, or None where this installation has none."""
    make = CHANNELS.get(name)
    return make() if make else None
