"""What comes in, in one shape for all channels: a mail, an SMS or a WhatsApp message, read but not yet placed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

from messaging.mail_reading import Attachment, Bounce, MailRead
from messaging.mail_reading.shape import BOUNCE, PERSON
from messaging.suppressing import normal_address


@dataclass(frozen=True, slots=True)
class Media:
    """A file that lies at the provider."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """`provider_id` tells it from all others of its channel. `sender` and `to` are plain addresses; `at` is when it
    came in. `kind` is one of `mail_reading.shape.KINDS`, and `rule` says why.

    `keyword` is "stop", "start" or "help" where the whole message is that. `new_text` leaves out what is quoted.
    """

    channel: str
    provider: str
    provider_id: str
    sender: str
    at: datetime
    kind: str = PERSON
    rule: str = ""
    sender_name: str = ""
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    new_text: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # Message-IDs of the mail that a report is about
    about_recipient: str = ""
    bounces: tuple[Bounce, ...] = ()
    #: The other side goes on trying: ours has not come back.
    delayed: bool = False
    returns_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    media: tuple[Media, ...] = ()
    keyword: str = ""
    #: A stop word that people also write as an answer: somebody should look.
    doubtful: bool = False
    language: str = ""
    problem: str = ""

    @property
    def dedupe_key(self) -> str:
        """The same message, however it reaches us, has the same."""
        return f"in:{self.channel}:{self.provider_id}"[:200]

    @property
    def by_person(self) -> bool:
        """Whether somebody wrote it and awaits an answer."""
        return self.kind == PERSON or (self.keyword == "stop" and self.doubtful)


def mail_key(read: MailRead, raw: bytes) -> str:
    """What tells a mail from others: its own id with its sender and subject, since some machines use one id for many."""
    if not read.message_id:
        return hashlib.sha256(raw).hexdigest()
    parts = (read.message_id, read.sender.lower(), read.subject)
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


_ACTION = re.compile(rb"^action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_DELAY = re.compile(
    r"\bdelay|warning: (?:could not send|message)|verzögert|retard[ée]|retrasad|ritardat|задерж", re.IGNORECASE
)


def is_delay(subject: str, raw: bytes) -> bool:
    """Whether a report says that delivery is still being tried: by its Action (RFC 3464, 2.3.3), else by its subject."""
    actions = {found.lower() for found in _ACTION.findall(raw[:200_000])}
    return b"failed" not in actions if actions else bool(_DELAY.search(subject))


def incoming_mail(read: MailRead, raw: bytes, *, provider: str, at: datetime, to: tuple[str, ...] = ()) -> Incoming:
    """A mail that was read. `to` are addresses known from the envelope, beside those in the mail."""
    about = [read.about_message_id, *(one.original_message_id for one in read.bounces)]
    return Incoming(
        channel="email",
        provider=provider,
        provider_id=mail_key(read, raw),
        sender=normal_address("email", read.sender) if read.sender else "",
        at=at,
        kind=read.kind,
        rule=read.rule,
        sender_name=read.sender_name,
        to=tuple(dict.fromkeys([*to, *read.to])),
        subject=read.subject,
        text=read.text,
        html=read.html,
        new_text=read.reply_text,
        message_id=read.message_id,
        in_reply_to=read.in_reply_to,
        references=read.references,
        about=tuple(dict.fromkeys(one for one in about if one)),
        about_recipient=read.about_recipient or (read.bounces[0].recipient if read.bounces else ""),
        bounces=read.bounces,
        delayed=read.kind == BOUNCE and is_delay(read.subject, raw),
        returns_on=read.returns_on,
        attachments=read.attachments,
        language=read.language,
        problem=read.problem,
    )
