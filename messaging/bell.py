"""The bell: what the app itself tells a colleague."""

from __future__ import annotations

from messaging.models import Message, MessageChannel, MessageStatus

from crm.models import User

#: Past this the bell shows "99+", so nobody counts further.
MOST_COUNTED = 100


def unread_count(user: User) -> int:
    """Count the person's unread in-app messages, up to MOST_COUNTED; rides `messages_unread`."""
    unread = Message.objects.filter(
        user=user, channel=MessageChannel.IN_APP, status=MessageStatus.DELIVERED, read_at__isnull=True
    )
    return unread[:MOST_COUNTED].count()
