"""Messages out and in: what is said, to and by whom, whether it may be, and what came of it."""

from .arrival import Arrival, ArrivalState, Mailbox
from .chat_hook import ChatHook, ChatService, PushSubscription
from .contact_policy import ContactPolicy
from .contact_preference import ContactPreference
from .message import Message, MessageBody, MessageChannel, MessageStatus
from .message_event import Decision, MessageEvent
from .message_template import Approval, MessageTemplate, TemplateVariant
from .preference import NotificationPreference
from .provider_state import ProviderState
from .suppression import SoftBounce, Suppression, SuppressionReason
from .thread import Thread
from .webhook import CallStatus, WebhookCall, WebhookSecret

__all__ = [
    "Approval",
    "Arrival",
    "ArrivalState",
    "CallStatus",
    "ChatHook",
    "ChatService",
    "ContactPolicy",
    "ContactPreference",
    "Decision",
    "Mailbox",
    "Message",
    "MessageBody",
    "MessageChannel",
    "MessageEvent",
    "MessageStatus",
    "MessageTemplate",
    "NotificationPreference",
    "ProviderState",
    "PushSubscription",
    "SoftBounce",
    "Suppression",
    "SuppressionReason",
    "TemplateVariant",
    "Thread",
    "WebhookCall",
    "WebhookSecret",
]
