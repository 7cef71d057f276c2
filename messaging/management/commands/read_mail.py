"""`manage.py read_mail`: what raw mails are, and why, without storing anything."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.mail_reading import MailRead, read_mail

#: A mail this large is no mail; the largest mailboxes take 150 MB.
MAX_BYTES = 200_000_000


class Command(BaseCommand):
    """Read each file as one mail and print what was found, one JSON object a line."""

    help = (
        "Classifies raw mails (RFC 5322): person, out_of_office, auto_ack, bounce, complaint, unsubscribe or unknown. "
        "Prints one JSON object a line, in the files' order; stores nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file that holds one raw mail")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read them all; one that cannot be read is reported in its place, and the command fails at the end."""
        unread = 0
        for name in options["files"]:
            try:
                raw = _bytes_of(Path(name))
            except (OSError, ValueError) as problem:
                unread += 1
                reason = getattr(problem, "strerror", None) or str(problem)
                self.stdout.write(json.dumps({"file": name, "error": reason}, ensure_ascii=False))
                continue
            self.stdout.write(json.dumps({"file": name, **described(read_mail(raw))}, ensure_ascii=False))
        if unread:
            raise CommandError(f"{unread} of {len(options['files'])} files could not be read.")


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"More than {MAX_BYTES // 1_000_000} MB; that is no mail.")
    return path.read_bytes()


def described(mail: MailRead) -> dict[str, Any]:
    """Return what the command's contract names, and what was odd about the mail."""
    bounce = mail.bounce
    return {
        "kind": mail.kind,
        "bounce": bounce
        and {
            "type": bounce.type,
            "reason": bounce.reason,
            "status": bounce.status,
            "recipient": bounce.recipient,
            "reply_code": bounce.reply_code,
        },
        "returns_on": mail.returns_on.isoformat() if mail.returns_on else None,
        "reply_text": mail.reply_text,
        "language": mail.language,
        "rule": mail.rule,
        "sender": mail.sender,
        "subject": mail.subject,
        "bounces": [
            {"type": one.type, "reason": one.reason, "status": one.status, "recipient": one.recipient}
            for one in mail.bounces
        ],
        "problem": mail.problem,
    }
