"""A mail server that keeps what it gets, and a provider that answers as it is told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from messaging.channels.shape import Answer, Outcome


class Sink:
    """Handler of aiosmtpd: `answers` are given in turn, then "250 OK"."""

    def __init__(self):
        self.mails, self.recipients, self.answers, self.peers = [], [], [], set()

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        self.peers.add(session.peer)
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients += envelope.rcpt_tos
        if answer == "250 and hang up":
            server.transport.abort()
        return answer


@contextmanager
def smtp_sink() -> Iterator[tuple[Sink, Controller]]:
    """Run the mail server on a free port of this machine."""
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink, controller
    finally:
        controller.stop()


class Told:
    """A provider for tests: counts what it was handed and answers as told."""

    provider, needs_words, at_once = "told", True, 10

    def __init__(self, *answers, known=None):
        self.answers, self.letters, self.known = list(answers), [], known

    def deliver(self, letters):
        for letter in letters:
            self.letters.append(letter)
            answer = self.answers.pop(0) if self.answers else Answer(Outcome.TAKEN, "yes", f"id-{letter.message_id}")
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    def look_up(self, lost):
        return self.known
