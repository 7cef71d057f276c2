"""E-mail over SMTP, with one connection that each worker keeps open, one a thread."""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr

from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.mime import NoMailAddress, mail_bytes, plain_address

#: What tells us that the connection is gone, or never was.
BROKEN = (smtplib.SMTPServerDisconnected, OSError)


@dataclass
class EmailSmtp:
    """A mail server. Timeouts are in seconds."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    starttls: bool = False
    tls: bool = False
    timeout: float = 20
    provider: str = field(default="smtp", init=False)
    at_once: int = field(default=10, init=False)
    needs_words: bool = field(default=True, init=False)
    _kept: threading.local = field(default_factory=threading.local, init=False)

    @property
    def _server(self) -> smtplib.SMTP | None:
        """This thread's connection: two threads must not talk into each other's."""
        server: smtplib.SMTP | None = getattr(self._kept, "server", None)
        return server

    @_server.setter
    def _server(self, server: smtplib.SMTP | None) -> None:
        self._kept.server = server

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Send one after the other; when the server cannot be reached, the rest waits too."""
        for place, letter in enumerate(letters):
            answer, reached = self._send(letter)
            yield answer
            if not reached:
                yield from (answer for _ in letters[place + 1 :])
                return

    def look_up(self, lost: Lost) -> Answer | None:
        """A mail server does not tell."""
        return None

    def close(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _send(self, letter: Letter) -> tuple[Answer, bool]:
        """Return the answer, and whether the server could be reached at all."""
        try:
            content = mail_bytes(letter, self.sender)
        except NoMailAddress as problem:
            return Answer(Outcome.REFUSED, str(problem), code="invalid"), True
        fresh = self._server is None
        try:
            answer = self._offer(self._connected(), letter, content)
            if answer is None and not fresh:  # it had hung up while we were idle: nothing was said yet
                answer = self._offer(self._connected(), letter, content)
        except (smtplib.SMTPException, OSError) as problem:
            self.close()
            return Answer(Outcome.LATER, f"The mail server cannot be reached: {_words(problem)}", down=True), False
        if answer is None:
            return Answer(Outcome.LATER, "The mail server hung up.", down=True), False
        return answer, True

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            if self.tls:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
            try:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.ehlo_or_helo_if_needed()
            except BaseException:
                server.close()
                raise
            self._server = server
        return self._server

    def _offer(self, server: smtplib.SMTP, letter: Letter, content: bytes) -> Answer | None:
        """Hand one letter over; None when the connection broke before the letter was out of our hands."""
        try:
            for code, words in self._envelope(server, letter):
                if code not in (250, 251, 354):
                    return self._declined(server, code, words)
            server.send(_dotted(content))
        except BROKEN:
            self.close()
            return None
        try:
            code, words = server.getreply()
        except BROKEN as problem:
            self.close()
            return Answer(
                Outcome.UNCLEAR, f"The mail server did not say whether it took the message: {_words(problem)}"
            )
        if code == 250:
            return Answer(Outcome.TAKEN, "The mail server took it.", words.decode(errors="replace")[:300])
        return self._declined(server, code, words)

    def _envelope(self, server: smtplib.SMTP, letter: Letter) -> Iterator[tuple[int, bytes]]:
        yield server.mail(parseaddr(letter.sender or self.sender)[1])
        yield server.rcpt(plain_address(letter.address))
        yield server.docmd("DATA")

    def _declined(self, server: smtplib.SMTP, code: int, words: bytes) -> Answer:
        said = f"The mail server said {code}: {words.decode(errors='replace')}"
        if code == 421 or code == -1:  # it is closing
            self.close()
        else:
            server.rset()
        return Answer(Outcome.REFUSED if 500 <= code < 600 else Outcome.LATER, said, code=str(code))


def _dotted(content: bytes) -> bytes:
    """A line that begins with a dot gets a second one, and a line with nothing but a dot ends the letter."""
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
