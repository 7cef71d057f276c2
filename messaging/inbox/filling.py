"""A template's words for one contact, to be looked over and changed before they leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from messaging.inbox.words import TO_CONTACTS
from messaging.models import Approval, MessageChannel, MessageTemplate
from messaging.templating.fields import BadWords, CannotFill, fill, parse
from messaging.templating.rendering import Variant, read_shelves
from messaging.templating.values import read_facts

if TYPE_CHECKING:
    from crm.models import Contact, User


#: A field that stays to be written: marked with what no words hold, so that nothing else turns into a field.
_EMPTY = re.compile("\0([^\0]*)\0")


@dataclass(frozen=True, slots=True)
class Filled:
    """`missing` are the fields that are empty for this contact. `whole`: it leaves as the template is and is not to be
    changed here: a designed mail, or words that WhatsApp has approved."""

    template_id: int
    name: str
    channel: str
    subject: str
    text: str
    missing: tuple[str, ...]
    whole: bool


def offered() -> list[dict[str, Any]]:
    """The templates in use that lead to contacts, by channel and name; one query."""
    order = list(TO_CONTACTS)
    found = MessageTemplate.objects.filter(archived_at__isnull=True, channel__in=order)
    rows: list[dict[str, Any]] = [{**row} for row in found.values("id", "name", "channel")]
    return sorted(rows, key=lambda row: (order.index(row["channel"]), row["name"].lower()))


def filled(template_id: int, contact: Contact, author: User, *, now: datetime) -> Filled | None:
    """The template in the contact's language, with their facts; None when it has no words."""
    template = MessageTemplate.objects.filter(pk=template_id, archived_at__isnull=True).first()
    shelf = read_shelves({template_id}).get(template_id)
    if template is None or shelf is None:
        return None
    variant = shelf.variant(contact.language)
    missing: list[str] = []

    def left(name: str) -> str:
        missing.append(name)
        return f"\0{name}\0"

    values = read_facts({contact.pk}, {author.pk}, now=now).values(contact.pk, author.pk, {})
    try:
        subject = fill(parse(variant.subject), values, otherwise=left)
        text = fill(parse(variant.text), values, otherwise=left)
    except (BadWords, CannotFill):
        subject, text = variant.subject, variant.text
    subject, text = (_EMPTY.sub(r"{{ \1 }}", words) for words in (subject, text))
    return Filled(
        template_id, template.name, template.channel, subject, text, tuple(dict.fromkeys(missing)),
        whole=_whole(template, variant),
    )  # fmt: skip


def _whole(template: MessageTemplate, variant: Variant) -> bool:
    if template.channel == MessageChannel.WHATSAPP:
        return bool(template.whatsapp_sid) and template.whatsapp_state == Approval.APPROVED
    return template.channel == MessageChannel.EMAIL and bool(variant.html)


def filled_words(text: str, contact: Contact, author: User, *, now: datetime) -> str:
    """Words typed by hand with their fields filled. Raises BadWords and CannotFill."""
    if "{{" not in text:
        return text
    values = read_facts({contact.pk}, {author.pk}, now=now).values(contact.pk, author.pk, {})
    return fill(parse(text), values)
