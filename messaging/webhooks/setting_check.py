"""`manage.py check` says what is wrong with WEBHOOK_ALLOWED_HOSTS before a webhook does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from messaging.webhooks.address_rules import allowed_of


def check_allowed_hosts(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """An error for each word that names no host and no network."""
    wrong: list[CheckMessage] = []
    for word in settings.WEBHOOK_ALLOWED_HOSTS:
        try:
            allowed_of([word])
        except ValueError:
            hint = "Name hosts, addresses or networks, without a scheme or a port: n8n.internal,10.20.0.0/16"
            wrong.append(Error(f"WEBHOOK_ALLOWED_HOSTS names “{word}”.", hint=hint, id="webhooks.E001"))
    return wrong
