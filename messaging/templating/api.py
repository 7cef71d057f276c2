"""Message templates over the API: read, made, changed, put away, and seen as a contact would."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from crm.access import contacts_for
from crm.api.auth import Token, caller
from crm.api.problems import Problem, invalid, not_found
from crm.api.shapes import Body, Cursor, Id, Limit, Version
from crm.api.team import BY_NUMBER
from crm.pagination import page
from messaging.models import MessageTemplate
from messaging.templating import catalogue
from messaging.templating.catalogue import Label, Stale
from messaging.templating.checking import BadTemplate, Draft
from messaging.templating.choosing_templates import message_templates_for, render_preview
from messaging.templating.segments import segments

router = Router(tags=["Message templates"])
READ, MANAGE = Token("messages:read", "messages.view"), Token("admin:write", "templates.manage")

Channel = Literal["email", "sms", "whatsapp"]
Topic = Literal["marketing", "service", "classes", "payments"]
State = Literal["none", "pending", "approved", "rejected"]
Tag = Annotated[str, Field(min_length=2, max_length=16, description="A language: en, es, pt-BR")]
Blocks = Annotated[
    list[dict[str, Any]],
    Field(max_length=60, description="E-mail only; each has a `kind`: see the documentation of templates"),
]


class WordsIn(Body):
    language: Tag = "en"
    subject: Annotated[str, Field(max_length=300, description="E-mail only")] = ""
    text: Annotated[str, Field(max_length=20_000, description="Made from the blocks where there are any")] = ""
    blocks: Blocks = []
    media: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=10)] = []


class MessageTemplateIn(Body):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    channel: Channel
    topic: Topic = "service"
    language: Annotated[str, Field(min_length=2, max_length=16, description="For who speaks none of the others")] = "en"
    whatsapp_sid: Annotated[str, Field(max_length=64)] = ""
    whatsapp_state: State = "none"
    variants: Annotated[list[WordsIn], Field(min_length=1, max_length=40)]


class MessageTemplateChange(Body):
    name: Annotated[str, Field(min_length=1, max_length=200)] = ""
    topic: Topic = "service"
    language: Tag = "en"
    whatsapp_sid: Annotated[str, Field(max_length=64)] = ""
    whatsapp_state: State = "none"
    variants: Annotated[
        list[WordsIn], Field(max_length=40, description="Those to add or to write anew; the others stay")
    ] = []
    version: Version | None = None


class WordsOut(Schema):
    language: str
    subject: str
    text: str
    blocks: list[dict[str, Any]]
    html: str
    media: list[str]


class MessageTemplateOut(Schema):
    id: int
    name: str
    channel: str
    topic: str
    language: str
    whatsapp_sid: str
    whatsapp_state: str
    archived_at: datetime | None
    version: int
    variants: list[WordsOut]


class MessageTemplatePage(Schema):
    items: list[MessageTemplateOut]
    next: str | None


class PreviewIn(Body):
    contact: Id | None = None
    language: Annotated[str, Field(max_length=16, description="Empty: the contact’s own")] = ""


class PreviewOut(Schema):
    language: str
    subject: str
    text: str
    html: str
    missing: list[str] = Field(description="Fields that are empty and have no fallback: it would not be sent")
    problem: str
    segments: int = Field(description="Parts of an SMS; 0 on other channels")


class TemplateFilter(Schema):
    channel: Channel | None = None
    topic: Topic | None = None
    archived: Annotated[bool, Field(description="Those put away instead of those in use")] = False
    cursor: Cursor = ""
    limit: Limit = 50


_LABEL = ("name", "channel", "topic", "language", "whatsapp_sid", "whatsapp_state")
_WORDS = ("language", "subject", "text", "blocks", "html", "media")


def template_out(one: MessageTemplate) -> dict[str, Any]:
    """The template with all its words as a plain dictionary."""
    variants = sorted(one.variants.all(), key=lambda row: row.language)
    return {name: getattr(one, name) for name in ("id", *_LABEL, "archived_at", "version")} | {
        "variants": [{name: getattr(row, name) for name in _WORDS} for row in variants]
    }


@router.get("/message-templates", auth=READ, response=MessageTemplatePage)
def list_message_templates(request: HttpRequest, wanted: Query[TemplateFilter]) -> dict[str, Any]:
    """Templates of messages to contacts."""
    exact = {name: getattr(wanted, name) for name in ("channel", "topic") if getattr(wanted, name)}
    rows = message_templates_for(caller(request)).filter(**exact, archived_at__isnull=not wanted.archived)
    items, after = page(rows.prefetch_related("variants"), BY_NUMBER, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [template_out(one) for one in items], "next": after}


@router.post("/message-templates", auth=MANAGE, response={201: MessageTemplateOut})
def create_message_template(request: HttpRequest, body: MessageTemplateIn) -> Status[dict[str, Any]]:
    """Make a template with its words in one or more languages."""
    label = Label(**{name: getattr(body, name) for name in _LABEL})
    try:
        made = catalogue.make(label, [_draft(one) for one in body.variants], by=caller(request), now=timezone.now())
    except BadTemplate as refused:
        raise invalid(refused.problems) from None
    return Status(201, template_out(_one(request, made.pk)))


@router.get("/message-templates/{int:message_template_id}", auth=READ, response=MessageTemplateOut)
def get_message_template(request: HttpRequest, message_template_id: Id) -> dict[str, Any]:
    """One template with all its words."""
    return template_out(_one(request, message_template_id))


@router.patch("/message-templates/{int:message_template_id}", auth=MANAGE, response=MessageTemplateOut)
def change_message_template(
    request: HttpRequest, message_template_id: Id, body: MessageTemplateChange
) -> dict[str, Any]:
    """Change what is said of a template, and its words in the languages given."""
    one = _one(request, message_template_id)
    sent = body.model_dump(exclude_unset=True, exclude={"variants", "version"})
    label = Label(**{name: sent.get(name, getattr(one, name)) for name in _LABEL})
    rows = message_templates_for(caller(request)).filter(pk=message_template_id)
    drafts = [_draft(words) for words in body.variants]
    try:
        catalogue.change(rows, label=label, drafts=drafts, version=body.version, now=timezone.now())
    except BadTemplate as refused:
        raise invalid(refused.problems) from None
    except Stale as refused:
        raise Problem(409, str(refused), current=template_out(_one(request, message_template_id))) from None
    return template_out(_one(request, message_template_id))


@router.delete("/message-templates/{int:message_template_id}", auth=MANAGE, response={204: None})
def archive_message_template(request: HttpRequest, message_template_id: Id) -> Status[None]:
    """Put a template away: nobody is offered it, what was written with it still goes out."""
    _one(request, message_template_id)
    rows = message_templates_for(caller(request)).filter(pk=message_template_id)
    catalogue.archive(rows, by=caller(request), now=timezone.now())
    return Status(204, None)


@router.post("/message-templates/{int:message_template_id}/preview", auth=READ, response=PreviewOut)
def preview_message_template(request: HttpRequest, message_template_id: Id, body: PreviewIn) -> dict[str, Any]:
    """How a template would look to a contact. Changes nothing."""
    one, user = _one(request, message_template_id), caller(request)
    contact = None
    if body.contact is not None:
        contact = contacts_for(user).filter(pk=body.contact).first() if user.can("contacts.view") else None
        if contact is None:
            raise invalid([("contact", "There is no such contact, or you may not see it.")])
    shown = render_preview(one, contact, user, now=timezone.now(), language=body.language)
    parts = segments(shown.text).segments if one.channel == "sms" else 0
    return {name: getattr(shown, name) for name in ("language", "subject", "text", "html", "missing", "problem")} | {
        "segments": parts
    }


def _one(request: HttpRequest, template_id: int) -> MessageTemplate:
    found = message_templates_for(caller(request)).filter(pk=template_id).prefetch_related("variants").first()
    if found is None:
        raise not_found("template")
    return found


def _draft(words: WordsIn) -> Draft:
    return Draft(words.language, words.subject, words.text, words.blocks, words.media)
