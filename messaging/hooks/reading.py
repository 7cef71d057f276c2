"""Who reads what was stored at the hooks and fetched from mailboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module

from messaging import mailboxes
from messaging.arrivals import Reader, register_reader
from messaging.hooks.kinds import (
    EMAIL_EVENTS,
    EMAIL_INBOUND,
    MAILBOX_MAIL,
    MESSAGE_MEDIA,
    SNS_SUBSCRIPTION,
    TWILIO_INBOUND,
    TWILIO_STATUS,
    WHATSAPP_CLOUD,
)
from messaging.models import Arrival

READERS = {
    EMAIL_EVENTS: ("email_news", "read_email_news"),
    EMAIL_INBOUND: ("incoming_readers", "read_inbound_mails"),
    MAILBOX_MAIL: ("incoming_readers", "read_mailbox_mails"),
    MESSAGE_MEDIA: ("media", "read_media"),
    SNS_SUBSCRIPTION: ("subscriptions", "read_subscriptions"),
    TWILIO_INBOUND: ("incoming_readers", "read_twilio_messages"),
    TWILIO_STATUS: ("twilio_news", "read_twilio_news"),
    WHATSAPP_CLOUD: ("whatsapp_cloud", "read_whatsapp_cloud"),
}


def register() -> None:
    """Make the readers and the mailbox known; called once at start-up."""
    for kind, (module, name) in READERS.items():
        register_reader(kind, _once_needed(module, name))
    mailboxes.register()


def _once_needed(module: str, name: str) -> Reader:
    """The reader, loaded with its first arrival: most processes never read any, and its libraries are large."""

    def read(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str] | None:
        reader: Reader = getattr(import_module(f"messaging.hooks.{module}"), name)
        return reader(arrivals, now)

    return read
