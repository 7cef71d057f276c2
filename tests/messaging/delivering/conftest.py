"""A contact who may be written to at any hour, and a provider that answers as told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def open_rules(db: None) -> None:
    """Let the gate pass everything that nobody said no to."""
    from messaging.models import ContactPolicy

    ContactPolicy.objects.update(
        quiet_from=None, quiet_to=None, weekends=True, cap_per_day=None, cap_per_week=None, gap_minutes=None
    )


@pytest.fixture
def maria(open_rules: None):  # type: ignore[no-untyped-def]
    """Maria, who has a phone and an address."""
    from crm.contacts import NewContact, create_contacts
    from crm.models import Contact

    new = NewContact(first_name="Maria", email="maria@example.org", phone="+639171234567")
    create_contacts([new], by=None, now=NOW)
    return Contact.objects.get()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Let `provider(...)` answer for every channel."""
    from messaging import delivery, looking_up
    from tests.messaging.sink import Told

    def use(*answers, **known):  # type: ignore[no-untyped-def]
        channel = Told(*answers, **known)
        monkeypatch.setattr(delivery, "channel_named", lambda name: channel)
        monkeypatch.setattr(looking_up, "channel_named", lambda name: channel)
        return channel

    return use
