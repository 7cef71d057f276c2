"""Why a contact got a message, or did not, in a sentence: from the row and its decisions."""

from __future__ import annotations

from collections.abc import Sequence

from messaging.contact_sentences import CHANNEL_NAMES
from messaging.models import Decision, Message, MessageStatus

#: What a message of each state says first.
BEGINNINGS = {
    MessageStatus.PENDING: "It waits for its turn.",
    MessageStatus.SCHEDULED: "Held.",
    MessageStatus.SENDING: "It is being sent.",
    MessageStatus.SENT: "Sent.",
    MessageStatus.DELIVERED: "Delivered.",
    MessageStatus.READ: "Read.",
    MessageStatus.FAILED: "Failed.",
    MessageStatus.BOUNCED: "It came back.",
    MessageStatus.SUPPRESSED: "Not sent.",
    MessageStatus.UNCERTAIN: "It may have arrived.",
}


def explained(message: Message, decisions: Sequence[Decision]) -> str:
    """One or two sentences that answer "why did, or didn't, they get this?". `decisions` are the message's, oldest first."""
    parts = [BEGINNINGS[MessageStatus(message.status)], message.reason or _last(decisions)]
    if message.fallback_of is not None and "in place of" not in message.reason:
        parts.append(f"It stands in for message {message.fallback_of}.")
    if message.status == MessageStatus.PENDING and len(decisions) > 1:
        parts.append(f"It was held {_times(sum(one.verdict == 'hold' for one in decisions))} before.")
    if message.fallback and message.status in (MessageStatus.PENDING, MessageStatus.SCHEDULED, MessageStatus.SENDING):
        ways = " or ".join(CHANNEL_NAMES.get(channel, channel) for channel in message.fallback)
        parts.append(f"Should it fail, it goes by {ways}.")
    return " ".join(part for part in parts if part)


def _last(decisions: Sequence[Decision]) -> str:
    return decisions[-1].sentence if decisions else ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
