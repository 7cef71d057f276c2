"""The door to messages for pages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from messaging.models import Message

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet


def messages_for(user: User) -> MessageQuerySet:
    """The messages that this person may see."""
    return Message.objects.visible_to(user)
