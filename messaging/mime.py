"""A letter as the bytes of an e-mail (RFC 5322): plain text and HTML side by side, headers that cannot be forged."""

from __future__ import annotations

import binascii
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

import idna

from messaging.channels.shape import Letter
from messaging.outbox import one_line

LONGEST = 900  # bytes in a line; RFC 5322 stops at 998


def message_id(letter_id: int, token: str, sender: str) -> str:
    """Our own name for the mail: answers refer to it, and a repeated one is known for what it is."""
    return f"<{letter_id}.{token}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"


def mail_bytes(letter: Letter, sender: str) -> bytes:
    """The whole mail with CRLF line ends. Raises NoMailAddress. One that no person wrote says so, and no robot answers it (RFC 3834)."""
    boundary = f"=_{letter.message_id}.{letter.token}"
    sender = letter.sender or sender
    head = (
        f"From: {_sender(sender)}\n"
        f"To: {_mailbox(letter.name, letter.address)}\n"
        f"Subject: {_subject(letter.subject)}\n"
        f"Date: {format_datetime(letter.date)}\n"
        f"Message-ID: {message_id(letter.message_id, letter.token, sender)}\n"
        f"{_further(letter)}"
        "MIME-Version: 1.0\n"
        f'Content-Type: multipart/alternative; boundary="{boundary}"\n\n'
    )
    parts = [
        f"--{boundary}\n".encode() + _part(kind, text)
        for kind, text in (("plain", letter.text), ("html", letter.html))
        if text
    ]
    whole = b"".join([head.encode("ascii"), *parts, f"--{boundary}--\n".encode()])
    return whole.replace(b"\n", b"\r\n")


#: Headers of a mail that no person wrote: RFC 3834, and what Microsoft's servers heed.
AUTOMATIC = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))


def further_headers(letter: Letter) -> tuple[tuple[str, str], ...]:
    """Those beside sender, recipient, subject, date and name; each value one line of ASCII."""
    automatic = () if letter.by_hand else AUTOMATIC
    return automatic + tuple((name, _ascii(name, value)) for name, value in letter.headers)


def _further(letter: Letter) -> str:
    reply_to = f"Reply-To: {_mailbox('', letter.reply_to)}\n" if letter.reply_to else ""
    return reply_to + "".join(f"{name}: {_folded(value)}\n" for name, value in further_headers(letter))


def _ascii(name: str, value: str) -> str:
    value = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    return value if value.isascii() else Header(value, "utf-8", header_name=name).encode(linesep="")


def _folded(value: str) -> str:
    """Long lists of addresses and names go over several lines (RFC 5322, section 2.2.3)."""
    return value if len(value) < 70 else value.replace(" ", "\n ")


@lru_cache(maxsize=64)
def _sender(sender: str) -> str:
    return _mailbox(*parseaddr(sender))


class NoMailAddress(ValueError):
    """An address that no mail can be sent to over this way; the text is a sentence."""


@lru_cache(maxsize=512)
def plain_address(address: str) -> str:
    """The address as mail servers take it: the domain of an international one in ASCII (RFC 5891).

    Raises NoMailAddress for what is none, and for letters before the @ that need SMTPUTF8, which few servers speak.
    """
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain) or any(not sign.isprintable() for sign in address):
        raise NoMailAddress(f"{one_line(address)!r} is not an e-mail address.")
    if any(sign.isspace() for sign in address) and not (local.startswith('"') and local.endswith('"')):
        raise NoMailAddress(f"{one_line(address)!r} is not an e-mail address.")
    if not local.isascii():
        raise NoMailAddress(f"Mail servers do not take the letters before the @ of {one_line(address)}.")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise NoMailAddress(f"{one_line(domain)} is not the name of a domain.") from None
    return f"{local}@{domain}"


@lru_cache(maxsize=512)
def _mailbox(name: str, address: str) -> str:
    return formataddr((one_line(name), plain_address(address)))


def _subject(subject: str) -> str:
    subject = one_line(subject)
    if subject.isascii() and len(subject) < LONGEST:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode()


def _part(kind: str, text: str) -> bytes:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        text += "\n"
    content, encoding = text.encode(), "7bit"
    if not text.isascii() or max(map(len, text.split("\n"))) > LONGEST:
        content, encoding = binascii.b2a_qp(content, istext=True), "quoted-printable"
    return (
        f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode()
        + content
        + b"\n"
    )
