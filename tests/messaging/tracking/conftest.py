"""What tests of tracking share: a mail that has left, and hits on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from crm.models import Contact
    from messaging.models import Message

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def maria(db: None) -> Contact:
    """A contact with every kind of address."""
    from tests.factories import contact

    return contact("Maria", last_name="Silva", email="maria@example.com", phone="+5511987654321")


def mail_to(who: Contact, *, delivered_at: datetime | None = NOW, html: str = "", **fields: Any) -> Message:
    """A mail that was delivered at `delivered_at`."""
    from messaging.models import Message, MessageBody

    known: dict[str, Any] = {
        "channel": "email",
        "kind": "message",
        "topic": "marketing",
        "subject": "Autumn courses",
        "dedupe_key": f"test:{Message.objects.count()}",
        "status": "delivered",
        "send_after": NOW,
        "created_at": NOW - timedelta(minutes=1),
        "sent_at": delivered_at,
        "delivered_at": delivered_at,
    }
    message = Message.objects.create(contact=who, **known | fields)
    if html:
        MessageBody.objects.create(message=message, html=html)
    return message


@pytest.fixture
def mail(maria: Contact) -> Message:
    return mail_to(maria)
