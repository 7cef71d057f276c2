"""Templates for somebody who writes to a contact: what there is for a channel, and how one would look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from messaging.models import Approval, Message, MessageTemplate, TemplateVariant
from messaging.templating.fields import CannotFill, fill, parse, parse_html
from messaging.templating.missing import required_of
from messaging.templating.plain_letters import letter_html
from messaging.templating.rendering import Variant, read_shelves
from messaging.templating.values import Facts, Values, read_facts

if TYPE_CHECKING:
    from crm.models import Contact, User


@dataclass(frozen=True, slots=True)
class Offered:
    """A template as a composer offers it. `approved`: WhatsApp lets it go out at any time."""

    id: int
    name: str
    topic: str
    languages: tuple[str, ...]
    subject: str
    begins: str
    approved: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """How words would look to one contact. `missing` are the fields that are empty; they show as [first_name]."""

    language: str
    subject: str
    text: str
    html: str
    missing: list[str] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """How many messages were written with a template, and when the last one."""

    used: int = 0
    last_at: datetime | None = None


def message_templates_for(user: User) -> QuerySet[MessageTemplate]:
    """The door: who may see messages may see what they are made from, also what is put away."""
    templates = MessageTemplate.objects.all()
    return templates if user.is_active and user.can("messages.view") else templates.none()


def templates_for(channel: str) -> list[Offered]:
    """The templates in use on a channel by name, in two queries."""
    rows = MessageTemplate.objects.filter(channel=channel, archived_at__isnull=True).order_by("name")
    offered = []
    for one in rows.prefetch_related("variants"):
        words = {variant.language: variant for variant in one.variants.all()}
        own = words.get(one.language) or next(iter(words.values()), TemplateVariant())
        approved = one.whatsapp_state == Approval.APPROVED and bool(one.whatsapp_sid)
        begins = " ".join(own.text.split())[:140]
        offered.append(Offered(one.pk, one.name, one.topic, tuple(sorted(words)), own.subject, begins, approved))
    return offered


def render_preview(
    template: MessageTemplate, contact: Contact | None, by: User, *, now: datetime, language: str = ""
) -> Preview:
    """How a template would look to a contact who came through the door, in their language or the one given."""
    shelf = read_shelves([template.pk]).get(template.pk)
    if shelf is None:
        return Preview(template.language, "", "", "", problem="It has no words yet.")
    facts = read_facts([contact.pk] if contact else [], [by.pk], now=now)
    variant = shelf.variants.get(language) or shelf.variant(contact.language if contact else "")
    return preview_of(variant, values_shown(facts, contact, by), channel=template.channel)


def values_shown(facts: Facts, contact: Contact | None, by: User) -> Values:
    """The values for a preview, whose way out leads nowhere."""
    return facts.values(contact.pk if contact else None, by.pk, {}, lambda: f"{settings.SITE_URL}/t/u/preview")


def preview_of(variant: Variant, values: Values, *, channel: str) -> Preview:
    """The words filled as far as they can be; what is empty stands as [first_name]."""
    values.language = variant.language
    missing = [name for name in required_of(variant) if not values.get(name)]

    def said(name: str) -> str:
        return f"[{name.rpartition('.')[2]}]"

    problem, filled = "", []
    for words in (parse(variant.subject), parse(variant.text), parse_html(variant.html)):
        try:
            filled.append(fill(words, values, otherwise=said))
        except CannotFill as refused:
            filled.append("")
            problem = str(refused)
    subject, text, html = filled
    if channel == "email" and not variant.html:
        html = letter_html(text, language=variant.language)
    return Preview(variant.language, subject, text, html, missing, problem)


def usage(template_ids: Collection[int]) -> dict[int, Usage]:
    """How often each was used; one query."""
    rows = (
        Message.objects.filter(template__in=template_ids)
        .values_list("template_id")
        .annotate(used=Count("pk"), last=Max("created_at"))
        .order_by()
    )
    return dict.fromkeys(template_ids, Usage()) | {pk: Usage(used, last) for pk, used, last in rows}
