"""How channels, states and kinds of incoming messages are said and drawn in a talk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from messaging.models import MessageStatus

CHANNEL_ICONS = {
    "email": "mail",
    "sms": "smartphone",
    "whatsapp": "message-circle",
    "in_app": "bell",
    "push": "bell",
    "slack": "message-square",
    "teams": "message-square",
}

#: Channels by which a contact can be written to, in the order of the picker.
TO_CONTACTS = ("email", "whatsapp", "sms")

#: State of one of ours -> its icon, its word and its tone.
STATES: dict[str, tuple[str, str, str]] = {
    MessageStatus.PENDING: ("clock-3", "About to leave", ""),
    MessageStatus.SCHEDULED: ("moon", "Held", "warn"),
    MessageStatus.SENDING: ("send", "On its way", ""),
    MessageStatus.SENT: ("check", "Sent", ""),
    MessageStatus.DELIVERED: ("check-check", "Delivered", ""),
    MessageStatus.READ: ("check-check", "Read", "good"),
    MessageStatus.FAILED: ("circle-x", "Failed", "danger"),
    MessageStatus.BOUNCED: ("mail-x", "Came back", "danger"),
    MessageStatus.SUPPRESSED: ("ban", "Not sent", "danger"),
    MessageStatus.UNCERTAIN: ("circle-help", "Uncertain", "warn"),
}

#: What an incoming message is when no person wrote it -> icon and label.
CLASSES: dict[str, tuple[str, str]] = {
    "out_of_office": ("palmtree", "Out of office"),
    "auto_ack": ("bot", "Automatic answer"),
    "bounce": ("mail-x", "Came back"),
    "complaint": ("flag", "Reported as spam"),
    "unsubscribe": ("bell-off", "Asked not to be written to"),
}


def class_of(kind: str, data: Mapping[str, Any]) -> str:
    """What an incoming message was taken for: one of CLASSES, or something that a person wrote."""
    return str(data.get("classified") or kind)
