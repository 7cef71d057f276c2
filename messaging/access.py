"""The door to messages and talks for pages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from messaging.models import Message, Thread

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet
    from messaging.models.thread import ThreadQuerySet


def messages_for(user: User) -> MessageQuerySet:
    """The messages that this person may see."""
    return Message.objects.visible_to(user)


def threads_for(user: User) -> ThreadQuerySet:
    """The talks with the contacts that this person may see."""
    return Thread.objects.visible_to(user)


def strangers_for(user: User) -> MessageQuerySet:
    """What came from senders whom nobody knows, for those who see what nobody holds: all but agents."""
    return messages_for(user).filter(direction="in", contact__isnull=True)
