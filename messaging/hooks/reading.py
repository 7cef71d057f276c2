"""Who reads what was stored at the hooks."""

from __future__ import annotations

from messaging import mailboxes
from messaging.arrivals import register_reader
from messaging.hooks.email_news import read_email_news
from messaging.hooks.incoming_readers import read_inbound_mails, read_mailbox_mails, read_twilio_messages
from messaging.hooks.kinds import (
    EMAIL_EVENTS,
    EMAIL_INBOUND,
    MAILBOX_MAIL,
    SNS_SUBSCRIPTION,
    TWILIO_INBOUND,
    TWILIO_STATUS,
)
from messaging.hooks.subscriptions import read_subscriptions
from messaging.hooks.twilio_news import read_twilio_news


def register() -> None:
    """Make the readers known; called once at start-up."""
    register_reader(EMAIL_EVENTS, read_email_news)
    register_reader(SNS_SUBSCRIPTION, read_subscriptions)
    register_reader(TWILIO_STATUS, read_twilio_news)
    register_reader(EMAIL_INBOUND, read_inbound_mails)
    register_reader(MAILBOX_MAIL, read_mailbox_mails)
    register_reader(TWILIO_INBOUND, read_twilio_messages)
    mailboxes.register()
