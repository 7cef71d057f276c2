"""Writing to contacts over the API, taking back, and how a talk stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema, Status
from pydantic import Field, model_validator

from crm.access import contacts_for
from crm.api.auth import Token, caller, require
from crm.api.contacts import one as one_contact
from crm.api.problems import Problem, invalid
from crm.api.shapes import Body, Id, Moment
from crm.models import Contact, User
from crm.models.consent import Topic
from messaging.access import messages_for, threads_for
from messaging.api import READ, MessageOut, message_out, one, router
from messaging.cancelling import cancel
from messaging.inbox.composing import LONGEST
from messaging.inbox.filling import filled_words
from messaging.inbox.words import TO_CONTACTS
from messaging.templating.choosing_templates import message_templates_for
from messaging.templating.fields import BadWords, CannotFill
from messaging.writing import BY_HAND, ToContact, write_to_contacts

__all__ = ["router"]  # with what this module adds to it

WRITE = Token("messages:write", "messages.send")
TOPICS = [value for value in Topic.values if value != Topic.ALL]
#: WhatsApp takes free text for so long after the contact's last message.
WINDOW = timedelta(hours=24)


class MessageIn(Body):
    """`body` or `template`: one of the two has the words."""

    contact: Id
    channel: Literal[TO_CONTACTS] | None = Field(None, description="Left out: the best way is chosen")  # type: ignore[valid-type]  # the words stand in one place only
    topic: Literal[tuple(TOPICS)] = "service"  # type: ignore[valid-type]  # the words stand in the model only
    subject: str = Field("", max_length=300, description="Of an e-mail; merge fields are filled")
    body: str = Field("", max_length=LONGEST, description="Plain text; merge fields are filled")
    template: Id | None = None
    send_after: Moment | None = Field(None, description="Not before this moment")
    insist: str = Field("", max_length=150, description="Why it must leave although a rule says no; needs the right to")
    followup: Id | None = Field(None, description="The follow-up that it comes from")

    @model_validator(mode="after")
    def _has_words(self) -> MessageIn:
        if not self.body.replace("\0", "").strip() and self.template is None:
            raise ValueError("give body or template: a message has words")
        return self


class ThreadOut(Schema):
    contact: int
    last_at: datetime | None
    last_channel: str
    last_direction: str
    snippet: str
    last_out_at: datetime | None
    last_reply_at: datetime | None = Field(description="When a person on their side last wrote")
    waiting_since: datetime | None = Field(description="They wrote and nobody has answered; empty when nobody waits")
    whatsapp_open_until: datetime | None = Field(description="Until when WhatsApp takes free text")


@router.post("/messages", auth=WRITE, response={201: MessageOut})
def create_message(request: HttpRequest, body: MessageIn) -> Status[dict[str, Any]]:
    """Write to a contact. A rule that says no is no error: 201 with status "suppressed" and the reason."""
    user, now = caller(request), timezone.now()
    contact = contacts_for(user).filter(pk=body.contact).first()
    if contact is None:
        raise invalid([("contact", "There is no such contact, or you may not see it.")])
    if body.insist:
        require(request, "messages.insist")
    if body.template is not None:
        known = message_templates_for(user).filter(pk=body.template, archived_at__isnull=True)
        if not known.exists():
            raise invalid([("template", "There is no such template in use.")])
    text = _filled("body", body.body.replace("\0", "").strip(), contact, user, now)
    subject = _filled("subject", body.subject, contact, user, now)
    [written] = write_to_contacts(
        [
            ToContact(
                contact_id=contact.pk, kind=BY_HAND, dedupe_key=f"api:{uuid4().hex}", topic=body.topic,
                channel=body.channel or "", subject=subject, text=text, template_id=body.template,
                author_id=user.pk, send_after=body.send_after, insist=body.insist,
                cause_kind="followup" if body.followup else "", cause_id=body.followup,
            )
        ],
        now=now,
    )  # fmt: skip
    if written.message_id is None:
        raise invalid([("contact", "The contact is gone.")])
    return Status(201, message_out(one(request, written.message_id), words=True))


def _filled(name: str, words: str, contact: Contact, by: User, now: datetime) -> str:
    try:
        return filled_words(words, contact, by, now=now)
    except (BadWords, CannotFill) as problem:
        raise invalid([(name, str(problem))]) from None


@router.post("/messages/{int:message_id}/cancel", auth=WRITE, response=MessageOut)
def cancel_message(request: HttpRequest, message_id: Id) -> dict[str, Any]:
    """Take back a message to a contact that has not left. 409 once it has."""
    found = one(request, message_id)
    if found.contact_id is None or found.direction != "out":
        raise Problem(409, "Only a message to a contact is taken back.")
    rows = messages_for(caller(request)).filter(pk=message_id)
    result = cancel(rows, by=caller(request), now=timezone.now())
    if result.refused:
        raise Problem(409, result.refused[message_id], current=message_out(found, words=False))
    return message_out(one(request, message_id), words=True)


@router.get("/contacts/{int:contact_id}/thread", auth=READ, response=ThreadOut)
def get_thread(request: HttpRequest, contact_id: Id) -> dict[str, Any]:
    """How the talk with a contact stands over all channels; its messages are at GET /messages?contact=."""
    contact = one_contact(request, contact_id)
    thread = threads_for(caller(request)).filter(pk=contact.pk).first()
    if thread is None:
        empty = dict.fromkeys(("last_at", "last_out_at", "last_reply_at", "waiting_since", "whatsapp_open_until"))
        return {"contact": contact.pk, "last_channel": "", "last_direction": "", "snippet": ""} | empty
    until = thread.whatsapp_in_at + WINDOW if thread.whatsapp_in_at else None
    plain = ("last_at", "last_channel", "last_direction", "snippet", "last_out_at", "last_reply_at", "waiting_since")
    return {name: getattr(thread, name) for name in plain} | {
        "contact": contact.pk,
        "whatsapp_open_until": until if until and until > timezone.now() else None,
    }
