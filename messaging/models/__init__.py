"""Messages out: what is said, to whom, whether it may be, and what came of it."""

from .message import Message, MessageBody, MessageChannel, MessageStatus
from .message_event import Decision, MessageEvent
from .preference import NotificationPreference

__all__ = [
    "Decision",
    "Message",
    "MessageBody",
    "MessageChannel",
    "MessageEvent",
    "MessageStatus",
    "NotificationPreference",
]
