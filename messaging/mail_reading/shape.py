"""What a mail turns out to be: the result that the reader gives and others build on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

PERSON: Final = "person"
OUT_OF_OFFICE: Final = "out_of_office"
AUTO_ACK: Final = "auto_ack"
BOUNCE: Final = "bounce"
COMPLAINT: Final = "complaint"
UNSUBSCRIBE: Final = "unsubscribe"
UNKNOWN: Final = "unknown"

KINDS: Final = (PERSON, OUT_OF_OFFICE, AUTO_ACK, BOUNCE, COMPLAINT, UNSUBSCRIBE, UNKNOWN)

HARD: Final = "hard"
SOFT: Final = "soft"
OURS: Final = "ours"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail, decoded; `name` may be empty and is never a path."""

    name: str
    content_type: str
    size: int  # bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Bounce:
    """Why one recipient was not reached.

    `type` is "hard" (the address is dead), "soft" (it may work another time) or "ours" (the sender is at fault, so
    it says nothing about the address). `status` is an enhanced code (RFC 3463) or empty, `reply_code` three digits
    (RFC 5321) or empty; `reason` is one of `bounce_reasons.REASONS`.
    """

    type: str
    reason: str
    status: str
    reply_code: str
    recipient: str
    original_message_id: str


@dataclass(frozen=True, slots=True)
class MailRead:
    """One mail, read: what it is, which rule says so, and what a person wrote anew in it."""

    kind: str
    rule: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    reply_text: str
    quoted_text: str
    language: str  # ISO 639-1, or empty when nothing could be told
    date: datetime.datetime | None
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    bounces: tuple[Bounce, ...]
    returns_on: datetime.date | None
    attachments: tuple[Attachment, ...]
    problem: str
    auto_submitted: bool
    loops: bool
    about_recipient: str = ""  # whom a report is about, also when it is a complaint
    about_message_id: str = ""  # our mail that a report returns

    @property
    def bounce(self) -> Bounce | None:
        """The first recipient that was not reached."""
        return self.bounces[0] if self.bounces else None
