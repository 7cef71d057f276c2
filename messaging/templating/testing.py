"""A test of a template to oneself: as a mail through the outbox, whatever the channel that it is for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from messaging.kinds import NoticeKind, register_notice
from messaging.models import MessageChannel, MessageTemplate
from messaging.notices import CHOSEN
from messaging.outbox import NewMessage, put
from messaging.templating.choosing_templates import render_preview
from messaging.templating.plain_letters import letter_html

if TYPE_CHECKING:
    from crm.models import Contact, User

KIND = "template_test"


class CannotTest(ValueError):
    """The words cannot be filled; the text says why."""


def send_test(
    template: MessageTemplate, contact: Contact | None, *, by: User, now: datetime, language: str = ""
) -> int:
    """Send how the template would look to a contact to the person who asks; returns the message's id.

    Raises CannotTest.
    """
    shown = render_preview(template, contact, by, now=now, language=language)
    if shown.problem:
        raise CannotTest(shown.problem)
    subject, text, html = shown.subject, shown.text, shown.html
    if template.channel != MessageChannel.EMAIL:
        subject = f"{MessageChannel(template.channel).label}: {template.name}"
        html = letter_html(text, language=shown.language)
    [pk] = put(
        [
            NewMessage(
                MessageChannel.EMAIL,
                KIND,
                f"{KIND}:{template.pk}:{by.pk}:{now.timestamp():.3f}",
                user_id=by.pk,
                subject=f"Test: {subject}",
                data={CHOSEN: True},
                text=text,
                html=html,
            )
        ],
        now=now,
    )
    return pk


def register() -> None:
    """Make the kind known."""
    register_notice(
        NoticeKind(
            KIND,
            "Test of a template",
            default_channels=("email",),
            icon="file-text",
            choosable=False,
        )
    )
