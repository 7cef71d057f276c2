"""What tests of webhooks share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.hook_receiver import Receiver

if TYPE_CHECKING:
    from messaging.models import WebhookCall

    Write = Callable[..., WebhookCall]


@pytest.fixture
def secret(db: None) -> str:
    """The standard secret, as it was shown once."""
    from messaging.webhooks.secret_keeping import change_secret  # models load only once Django is set up
    from tests.factories import NOW

    return change_secret(None, now=NOW)[1]


@pytest.fixture
def receiver(settings: Any, secret: str) -> Iterator[Receiver]:
    """A program on this machine that is let through by name, and whose clock says NOW."""
    from tests.factories import NOW

    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]
    with Receiver(secret, clock=NOW.timestamp) as fake:
        yield fake


@pytest.fixture
def write(receiver: Receiver) -> Write:
    """Write one call to the receiver."""
    from messaging.models import WebhookCall
    from messaging.webhooks.writing import NewCall, write_calls
    from tests.factories import NOW

    def written(key: str = "one", **said: Any) -> WebhookCall:
        now = said.pop("now", NOW)
        call = NewCall(**{"key": key, "url": receiver.url, "body": {"b": "ü", "a": 1}, "contact_id": None} | said)
        return WebhookCall.objects.get(pk=write_calls([call], now=now)[key])

    return written


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for longer than it takes to tell."""
    monkeypatch.setattr("messaging.webhooks.posting.CONNECT", 0.5)
    monkeypatch.setattr("messaging.webhooks.posting.DEADLINE", 0.5)
    monkeypatch.setattr("messaging.webhooks.posting.REST", 0.2)
