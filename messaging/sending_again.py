"""Sending a failed message once more because a person said so: as a new message with the same words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from crm.results import Result
from messaging.models import Message, MessageStatus
from messaging.writing import ToContact, Written, write_to_contacts

if TYPE_CHECKING:
    from crm.models import User
    from messaging.models.message import MessageQuerySet

#: What may be sent again: it is certain that these did not reach anybody.
AGAIN = (MessageStatus.FAILED, MessageStatus.BOUNCED, MessageStatus.SUPPRESSED)
NOT_AGAIN = "Only a message to a contact that failed, came back or was not sent can be sent again."


def send_again(messages: MessageQuerySet, *, by: User, now: datetime) -> tuple[Result, list[Written]]:
    """Write each anew over the same channel, in the person's name; asked twice, it is written once.

    The first one stays as it is. `Result.done` are the ids of the first ones.
    """
    result = Result()
    rows = list(messages.select_related("body").order_by("pk"))
    good = [row for row in rows if row.direction == "out" and row.contact_id and row.status in AGAIN]
    result.refused = {row.pk: NOT_AGAIN for row in rows if row not in good}
    written = write_to_contacts([_anew(row, by) for row in good], now=now)
    result.done = [row.pk for row in good]
    return result, written


def _anew(row: Message, by: User) -> ToContact:
    body = getattr(row, "body", None)
    text, html = (body.text, body.html) if body else (row.data.get("text", ""), row.data.get("html", ""))
    return ToContact(
        contact_id=row.contact_id or 0, kind=row.kind, dedupe_key=f"again:{row.pk}", topic=row.topic or "service",
        channel=row.channel, subject=row.subject, text=text, html=html,
        template_id=None if text or html else row.template_id, data=row.data, cause_kind=row.cause_kind,
        cause_id=row.cause_id, author_id=by.pk, fallback=False,
    )  # fmt: skip
