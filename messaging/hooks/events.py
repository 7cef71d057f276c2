"""What a provider tells of a message, in one shape for all; and what a message becomes by it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from messaging.models.message import MessageStatus

SENT, DELIVERED, READ, DEFERRED = "sent", "delivered", "read", "deferred"
BOUNCED, FAILED, REJECTED = "bounced", "failed", "rejected"
COMPLAINED, UNSUBSCRIBED, OPENED, CLICKED = "complained", "unsubscribed", "opened", "clicked"

HARD, SOFT, OURS = "hard", "soft", "ours"

#: What a message is at least, once this was told of it: nobody opens what has not arrived.
PROVES: dict[str, MessageStatus] = {
    SENT: MessageStatus.SENT,
    DEFERRED: MessageStatus.SENT,
    DELIVERED: MessageStatus.DELIVERED,
    OPENED: MessageStatus.DELIVERED,
    CLICKED: MessageStatus.DELIVERED,
    COMPLAINED: MessageStatus.DELIVERED,
    UNSUBSCRIBED: MessageStatus.DELIVERED,
    READ: MessageStatus.READ,
    FAILED: MessageStatus.FAILED,
    REJECTED: MessageStatus.FAILED,
    BOUNCED: MessageStatus.BOUNCED,
}
#: A message only ever rises. What is not here (waiting, being sent, uncertain) lies below all.
RANKS: dict[str, int] = {
    MessageStatus.SENT: 1,
    MessageStatus.DELIVERED: 2,
    MessageStatus.READ: 3,
    MessageStatus.FAILED: 8,
    MessageStatus.BOUNCED: 9,
}


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`message_id` with its `token` is our own name of the message, where the provider gives it back; without, its own
    name counts, `provider_id`. `key` tells the event from others; empty, it is made of the rest.

    `bounce` is "hard" (the address is dead), "soft", "ours" (the address is not to blame) or empty. `code` is the
    provider's own. `cost` is in units of `currency`.
    """

    provider: str
    kind: str
    at: datetime
    provider_id: str = ""
    message_id: int | None = None
    token: str = ""
    key: str = ""
    recipient: str = ""
    code: str = ""
    detail: str = ""
    bounce: str = ""
    user_agent: str = ""
    url: str = ""
    ip: str = ""
    cost: Decimal | None = None
    currency: str = ""

    @property
    def name(self) -> str:
        """The event's name in our tables: the same event, told twice, has the same."""
        parts = [self.provider, self.kind, self.recipient.lower(), self.url]
        parts += [self.key] if self.key else [self.provider_id or str(self.message_id), self.at.isoformat(), self.code]
        return f"{self.provider[:20]}:{hashlib.sha256(chr(31).join(parts).encode(errors='replace')).hexdigest()[:40]}"


def rank(status: str) -> int:
    """How far a message has come; nought while nobody knows that it has left."""
    return RANKS.get(status, 0)


def risen(status: str, kinds: Iterable[str]) -> str:
    """What a message of this status is after these events, in whatever order they are told."""
    proved = [PROVES[kind] for kind in kinds if kind in PROVES]
    return max([status, *proved], key=rank)


def not_from_the_future(event: ProviderEvent, now: datetime) -> ProviderEvent:
    """A clock that runs ahead does not make things happen tomorrow."""
    return event if event.at <= now else replace(event, at=now)
