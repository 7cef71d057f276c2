"""Keys of all providers, as an installation would have them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.messaging.incoming import calls


@pytest.fixture(autouse=True)
def keys(settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = calls.TOKEN
    settings.MAILGUN_WEBHOOK_KEY = calls.MAILGUN
    settings.SENDGRID_WEBHOOK_KEY = calls.sendgrid_key()
    settings.HOOK_SECRET = calls.SECRET
    settings.SITE_URL = "https://crm.example.com"
