"""E-mail out: our delivery sweep against one connection that is kept open and fed the same mails."""

from __future__ import annotations

import smtplib
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings

from bench.measurement import Measurement, seconds
from bench.sink import sink
from bench.sweeps import run

COUNT = 1_000


def queue(count: int) -> datetime:
    """Put so many reminder mails into the outbox, due now."""
    from django.db import transaction

    from crm.models import User
    from followups.models import FollowUp
    from messaging.notices import Notice, tell

    run("TRUNCATE messaging_message CASCADE")
    now = datetime.now(UTC)
    people = list(User.objects.order_by("pk").values_list("pk", flat=True)[:15])
    rows = FollowUp.objects.open().order_by("pk").values_list("pk", "subject")[:count]
    with transaction.atomic():
        tell(
            [
                Notice(
                    user_id=people[number % len(people)],
                    kind="reminder",
                    subject=subject,
                    dedupe_key=f"bench:{pk}",
                    cause_kind="followup",
                    cause_id=pk,
                    channels=("email",),
                )
                for number, (pk, subject) in enumerate(rows)
            ],
            now=now,
        )
    return now


def email_send(size: int) -> Iterable[Measurement]:
    """Claim, judge, render, hand over, record; against building and sending alone."""
    from messaging.delivery import deliver_due

    with sink() as port:
        settings.EMAIL_PROVIDER = "smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        ours, ceiling = [], []
        for _ in range(3):
            now = queue(COUNT)
            taken: list[int] = []
            ours.append(COUNT / seconds(lambda now=now, taken=taken: taken.append(deliver_due(now))))
            if taken != [COUNT]:
                raise RuntimeError(f"delivered {taken} of {COUNT}")
            letters = built(COUNT)
            ceiling.append(COUNT / seconds(lambda letters=letters: send_all(port, letters)))
    value, top = statistics.median(ours), statistics.median(ceiling)
    yield Measurement("email_send", value, "messages/s", 0.8, "higher", top, value / top, size=size)


def built(count: int) -> list[tuple[str, str, str]]:
    """Return what a sender without a system would start from: address, subject, text and HTML of our own mails."""
    from messaging.models import MessageBody

    bodies = MessageBody.objects.select_related("message__user")[:count]
    return [(body.message.user.email, body.text, body.html) for body in bodies if body.message.user]


def send_all(port: int, letters: list[tuple[str, str, str]]) -> None:
    """Build each mail with the standard library and send it over one connection."""
    from email.message import EmailMessage

    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, text, html in letters:
            mail = EmailMessage()
            mail["Subject"], mail["From"], mail["To"] = "Reminder", "bench@localhost", address
            mail.set_content(text)
            mail.add_alternative(html, subtype="html")
            server.send_message(mail)
