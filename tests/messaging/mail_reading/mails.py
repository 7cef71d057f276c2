"""Raw mails for tests, put together from what matters."""

from __future__ import annotations

from datetime import date

from messaging.mail_reading import MailRead, read_mail

#: A Thursday.
TODAY = date(2026, 5, 14)


def raw(
    text: str, *, subject: str = "Re: Your plan", sender: str = "Maria Keller <maria@example.com>", **fields: str
) -> bytes:
    """Make a plain mail; further fields are named with underscores for hyphens."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    head = f"From: {sender}\nTo: sam@crm.example\nSubject: {subject}\nDate: Thu, 14 May 2026 09:00:00 +0000\n"
    return f"{head}{more}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


def read(text: str, *, subject: str = "Re: Your plan", **fields: str) -> MailRead:
    """Read a plain mail."""
    return read_mail(raw(text, subject=subject, **fields), today=TODAY)


def report(diagnostic: str, *, status: str, action: str = "failed", said: str = "Your mail did not arrive.") -> bytes:
    """Make a delivery report after RFC 3464 about peter@example.com that returns our mail's head."""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\nTo: sam@crm.example\nReturn-Path: <>\n"
        "Subject: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{said}\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        f"Final-Recipient: rfc822; peter@example.com\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n\n"
        "--b\nContent-Type: text/rfc822-headers\n\nFrom: sam@crm.example\nTo: peter@example.com\n"
        "Subject: Your plan\nMessage-ID: <m1@crm.example>\n\n--b--\n"
    ).encode()
