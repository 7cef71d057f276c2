"""A letter as the bytes of an e-mail (RFC 5322): plain text and HTML side by side, headers that cannot be forged."""

from __future__ import annotations

import binascii
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from messaging.channels.shape import Letter
from messaging.outbox import one_line

LONGEST = 900  # bytes in a line; RFC 5322 stops at 998


def message_id(letter_id: int, token: str, sender: str) -> str:
    """Our own name for the mail: answers refer to it, and a repeated one is known for what it is."""
    return f"<{letter_id}.{token}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"


def mail_bytes(letter: Letter, sender: str) -> bytes:
    """The whole mail with CRLF line ends. Staff mail: it says that no person wrote it, so no robot answers."""
    boundary = f"=_{letter.message_id}.{letter.token}"
    head = (
        f"From: {_sender(sender)}\n"
        f"To: {_mailbox(letter.name, letter.address)}\n"
        f"Subject: {_subject(letter.subject)}\n"
        f"Date: {format_datetime(letter.date)}\n"
        f"Message-ID: {message_id(letter.message_id, letter.token, sender)}\n"
        "Auto-Submitted: auto-generated\n"
        "X-Auto-Response-Suppress: All\n"
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


@lru_cache(maxsize=8)
def _sender(sender: str) -> str:
    return _mailbox(*parseaddr(sender))


@lru_cache(maxsize=512)
def _mailbox(name: str, address: str) -> str:
    return formataddr((one_line(name), "".join(one_line(address).split())))


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
