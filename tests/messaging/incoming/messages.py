"""Messages that have left, as the delivery leaves them."""

from __future__ import annotations

from itertools import count
from typing import Any

from crm.models import Contact
from messaging.models import Message, MessageBody
from tests.factories import NOW

_number = count(1)


def sent(who: Contact | None, *, text: str = "Shall we talk?", **fields: Any) -> Message:
    """A message to the contact that the provider took."""
    number = next(_number)
    channel = fields.setdefault("channel", "email")
    if who is not None:
        fields.setdefault("to", who.email if channel == "email" else who.phone)
    values: dict[str, Any] = {
        "kind": "message",
        "contact": who,
        "subject": "Your offer",
        "topic": "service",
        "dedupe_key": f"test:{number}",
        "status": "sent",
        "send_after": NOW,
        "created_at": NOW,
        "sent_at": NOW,
        "provider": "sendgrid" if channel == "email" else "twilio",
        "provider_id": f"prov-{number}",
    }
    message = Message.objects.create(**(values | fields))
    MessageBody.objects.create(message=message, text=text)
    return message
