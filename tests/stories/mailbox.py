"""A mail server that keeps every mail of a story, cheaply enough for tens of thousands."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.stories.installation import free_port

#: It would write eight lines for each mail.
logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass
class Mail:
    """One mail as it arrived; read only when somebody asks."""

    to: str
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.content, policy=cast(Any, policy.default)))

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def id(self) -> int:
        """Return the number of the message in the database, from its Message-ID."""
        return int(str(self.message["Message-ID"]).lstrip("<").split(".", 1)[0])


@dataclass
class Mailbox:
    """Handler of aiosmtpd."""

    port: int
    mails: list[Mail] = field(default_factory=list)
    #: Says no to the next mail, in SMTP's words, or "".
    declines: Callable[[], str] = lambda: ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the mail, once for each recipient."""
        if declined := self.declines():
            return declined
        self.mails += [Mail(to, envelope.content) for to in envelope.rcpt_tos]
        return "250 OK"

    def about(self, words: str) -> list[Mail]:
        """Return the mails with these words in the subject."""
        return [mail for mail in self.mails if words in mail.subject]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run the mail server on a free port of this machine."""
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
