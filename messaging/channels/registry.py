"""Which channel goes out through which provider, as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from messaging.channels.email_keep import EmailKeep
from messaging.channels.email_smtp import EmailSmtp
from messaging.channels.in_app import InApp
from messaging.channels.shape import Channel
from messaging.channels.text_keep import TextKeep
from messaging.push_keys import push_key

#: Seconds to connect, and to wait for an answer.
TIMEOUT = (5.0, 20.0)


@lru_cache(maxsize=16)
def _kept(make: Callable[..., Channel], *arguments: Any) -> Channel:
    """The same object for the same settings: its connection is kept. Libraries load only where they are wanted."""
    return make(*arguments)


def _by_smtp() -> Channel:
    return _kept(
        EmailSmtp,
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


def _anymail(provider: str, sender: str, options: tuple[tuple[str, Any], ...]) -> Channel:
    from messaging.channels.email_anymail import EmailAnymail

    return EmailAnymail(provider, sender, {"timeout": TIMEOUT, **dict(options)})


def _by_sendgrid() -> Channel:
    options = (("api_key", _needed("SENDGRID_API_KEY")), ("api_url", settings.SENDGRID_API_URL))
    return _kept(_anymail, "sendgrid", settings.DEFAULT_FROM_EMAIL, options)


def _by_postmark() -> Channel:
    options = (("server_token", _needed("POSTMARK_SERVER_TOKEN")), ("api_url", settings.POSTMARK_API_URL))
    return _kept(_anymail, "postmark", settings.DEFAULT_FROM_EMAIL, options)


def _mailgun(api_url: str, key: str, domain: str, sender: str) -> Channel:
    from messaging.channels.email_anymail import EmailAnymail
    from messaging.channels.mailgun_events import asking_mailgun

    options = {"api_key": key, "api_url": api_url, "timeout": TIMEOUT, "sender_domain": domain or None}
    return EmailAnymail("mailgun", sender, options, asking_mailgun(api_url, key, domain, sender, TIMEOUT))


def _by_mailgun() -> Channel:
    return _kept(
        _mailgun,
        settings.MAILGUN_API_URL,
        _needed("MAILGUN_API_KEY"),
        settings.MAILGUN_SENDER_DOMAIN,
        settings.DEFAULT_FROM_EMAIL,
    )


def _ses(region: str, endpoint: str, configuration_set: str, sender: str) -> Channel:
    from messaging.channels.email_anymail import EmailAnymail

    # Amazon's client would try again by itself, also where the first try may have arrived.
    config = {"retries": {"total_max_attempts": 1}, "connect_timeout": TIMEOUT[0], "read_timeout": TIMEOUT[1]}
    client = {"region_name": region, "config": config} | ({"endpoint_url": endpoint} if endpoint else {})
    options: dict[str, Any] = {"client_params": client}
    if configuration_set:
        options["configuration_set_name"] = configuration_set
    return EmailAnymail("ses", sender, options)


def _by_ses() -> Channel:
    return _kept(
        _ses,
        _needed("SES_REGION"),
        settings.SES_API_URL,
        settings.SES_CONFIGURATION_SET,
        settings.DEFAULT_FROM_EMAIL,
    )


def _twilio(*arguments: Any) -> Channel:
    from messaging.channels.twilio_messages import TwilioMessages

    return TwilioMessages(*arguments)


def _by_twilio(channel: str, sender: str) -> Channel:
    return _kept(
        _twilio,
        channel,
        _needed("TWILIO_ACCOUNT_SID"),
        _needed("TWILIO_AUTH_TOKEN"),
        _needed(sender),
        f"{settings.SITE_URL}/hooks/twilio/status/",
        settings.TWILIO_API_URL,
        settings.TWILIO_TIMEOUT,
    )


def _needed(name: str) -> str:
    value: str = getattr(settings, name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set, and the provider chosen by the settings needs it.")
    return value


#: The providers of each channel, and the setting that chooses among them.
PROVIDERS: dict[str, tuple[str, Mapping[str, Callable[[], Channel]]]] = {
    "email": (
        "EMAIL_PROVIDER",
        {
            "smtp": _by_smtp,
            "keep": _by_keeping,
            "sendgrid": _by_sendgrid,
            "mailgun": _by_mailgun,
            "postmark": _by_postmark,
            "ses": _by_ses,
        },
    ),
    "sms": (
        "SMS_PROVIDER",
        {
            "twilio": lambda: _by_twilio("sms", "TWILIO_SMS_FROM"),
            "keep": lambda: TextKeep(Path(settings.KEEP_DIR), "sms"),
        },
    ),
    "whatsapp": (
        "WHATSAPP_PROVIDER",
        {
            "twilio": lambda: _by_twilio("whatsapp", "TWILIO_WHATSAPP_FROM"),
            "keep": lambda: TextKeep(Path(settings.KEEP_DIR), "whatsapp"),
        },
    ),
}


def _room(service: str) -> Channel:
    from messaging.channels.chat_hook import ChatRoom

    return ChatRoom(service, allow_private=settings.PRIVATE_ADDRESSES)


def _push(key: str, contact: str, allow_private: bool) -> Channel:
    from messaging.channels.web_push import WebPush

    return WebPush(key, contact, allow_private=allow_private)


def _by_push() -> Channel | None:
    key = push_key()
    contact = settings.PUSH_CONTACT or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    return _kept(_push, key, contact, settings.PRIVATE_ADDRESSES) if key else None


#: Channels with one way out each.
ALONE: dict[str, Callable[[], Channel | None]] = {
    "in_app": InApp,
    "push": _by_push,
    "slack": lambda: _room("slack"),
    "teams": lambda: _room("teams"),
}


def channel_named(name: str) -> Channel | None:
    """The way out for a channel, or None where this installation has none."""
    if name in ALONE:
        return ALONE[name]()
    if name not in PROVIDERS:
        return None
    setting, known = PROVIDERS[name]
    chosen = getattr(settings, setting)
    if chosen == "none":
        return None
    if chosen not in known:
        raise ImproperlyConfigured(f"{setting} is {chosen!r}; choose one of: {', '.join(known)}, none.")
    return known[chosen]()
