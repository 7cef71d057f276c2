"""The mail services whose calls are understood. What each means by its words is django-anymail's knowledge."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """`events` and `inbound` are anymail's classes, by name in `module`; `options` is what they insist on being given,
    though nothing of it is used: who calls is verified before."""

    name: str
    module: str = ""
    events: str | None = None
    inbound: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def takes_mail(self) -> bool:
        return self.inbound is not None or not self.module


_UNUSED = "unused"
_ALL = (
    Provider("sendgrid", "sendgrid", "SendGridTrackingWebhookView", "SendGridInboundWebhookView"),
    Provider(
        "mailgun",
        "mailgun",
        "MailgunTrackingWebhookView",
        "MailgunInboundWebhookView",
        {"webhook_signing_key": _UNUSED},
    ),
    Provider("postmark", "postmark", "PostmarkTrackingWebhookView", "PostmarkInboundWebhookView"),
    Provider("ses", "amazon_ses", "AmazonSESTrackingWebhookView", "AmazonSESInboundWebhookView"),
    Provider("mandrill", "mandrill", "MandrillCombinedWebhookView", "MandrillCombinedWebhookView"),
    Provider("brevo", "brevo", "BrevoTrackingWebhookView"),
    Provider("mailersend", "mailersend", "MailerSendTrackingWebhookView", options={"signing_secret": _UNUSED}),
    Provider("mailjet", "mailjet", "MailjetTrackingWebhookView", "MailjetInboundWebhookView"),
    Provider("mailtrap", "mailtrap", "MailtrapTrackingWebhookView", options={"tracking_secret": _UNUSED}),
    Provider("postal", "postal", "PostalTrackingWebhookView", "PostalInboundWebhookView", {"webhook_key": _UNUSED}),
    Provider("resend", "resend", "ResendTrackingWebhookView"),
    Provider("sparkpost", "sparkpost", "SparkPostTrackingWebhookView", "SparkPostInboundWebhookView"),
    Provider("unisender_go", "unisender_go", "UnisenderGoTrackingWebhookView", options={"api_key": _UNUSED}),
    # Any mail server of one's own that can post a mail as it is.
    Provider("mime"),
    Provider("cloudmailin"),
)
PROVIDERS = {one.name: one for one in _ALL} | {"amazon_ses": _ALL[3]}


def provider_named(name: str) -> Provider | None:
    """The mail service that goes by this name in addresses."""
    return PROVIDERS.get(name)


@lru_cache(maxsize=64)
def reader_of(provider: Provider, what: str) -> Any:
    """Anymail's object that understands the provider's calls; `what` is "events" or "inbound"."""
    name = provider.events if what == "events" else provider.inbound
    if name is None:
        raise LookupError(f"{provider.name} hands over no {what}.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of checks that are not its business here
        view = getattr(import_module(f"anymail.webhooks.{provider.module}"), name)
        return view(webhook_secret=_UNUSED, **provider.options)
