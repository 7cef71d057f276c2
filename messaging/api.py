"""Messages over the API: what was said to whom, and why it was or was not sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from crm.api.auth import Token, caller
from crm.api.problems import not_found
from crm.api.shapes import Cursor, Id, Limit
from crm.pagination import Order, page
from messaging.access import messages_for
from messaging.models import Message, MessageBody, MessageChannel, MessageStatus
from messaging.origins import AUTOMATION, ROUND, come_from
from messaging.showing import ONE_CLICK

router = Router(tags=["Messages"])
READ = Token("messages:read", "messages.view")
NEWEST = Order("newest", (), descending=True)


class MessageEventOut(Schema):
    kind: str
    at: datetime
    detail: str
    actor: str = Field(description="Who opened or clicked: person, machine, or empty while nobody can say")
    rule: str = Field(description="What told person from machine")


class MessageOut(Schema):
    id: int
    channel: str
    direction: str
    kind: str
    topic: str
    sender: str = Field(description="Whom an incoming one came from")
    to: str
    author: int | None = Field(description="Who wrote it by hand")
    contact: int | None
    user: int | None
    followup: int | None
    automation: int | None
    step: str | None = Field(description="The step of the automation that wrote it")
    subject: str
    body: str | None = Field(description="The words as they left; empty until then, and in lists")
    status: str
    reason: str
    cost: float | None
    currency: str
    answers: int | None = Field(description="The message of ours that an incoming one answers")
    stands_in_for: int | None = Field(description="The message that failed before this one was sent another way")
    template: int | None
    provider: str
    provider_id: str
    created_at: datetime
    send_after: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    events: list[MessageEventOut]


class MessagePage(Schema):
    items: list[MessageOut]
    next: str | None


class DecisionOut(Schema):
    at: datetime
    verdict: str
    rule: str
    sentence: str
    facts: dict[str, Any]


class Why(Schema):
    id: int
    status: str
    reason: str
    decisions: list[DecisionOut]
    events: list[MessageEventOut]


class MessageFilter(Schema):
    contact: Id | None = None
    followup: Id | None = None
    automation: Id | None = None
    user: Id | None = None
    channel: Literal[tuple(MessageChannel.values)] | None = None  # type: ignore[valid-type]  # the words stand in the model only
    status: Literal[tuple(MessageStatus.values)] | None = None  # type: ignore[valid-type]  # the words stand in the model only
    direction: Literal["out", "in"] | None = None
    kind: str = Field("", max_length=40)
    cursor: Cursor = ""
    limit: Limit = 50


_PLAIN = (
    "id",
    "channel",
    "direction",
    "kind",
    "topic",
    "sender",
    "to",
    "subject",
    "status",
    "reason",
    "cost",
    "currency",
    "answers",
    "provider",
    "provider_id",
    "created_at",
    "send_after",
    "sent_at",
    "delivered_at",
)


def message_out(message: Message, *, words: bool) -> dict[str, Any]:
    """The message as a plain dictionary, with its words if asked."""
    body = getattr(message, "body", None) if words else None
    return {name: getattr(message, name) for name in _PLAIN} | {
        "contact": message.contact_id,
        "user": message.user_id,
        "author": message.author_id,
        "template": message.template_id,
        "stands_in_for": message.fallback_of,
        "followup": message.cause_id if message.cause_kind == "followup" else None,
        "automation": _by_automation(message, "id"),
        "step": _by_automation(message, "step"),
        "body": _shown_words(message, body) if words else None,
        "events": events_out(message),
    }


def _by_automation(message: Message, what: str) -> Any:
    return message.data.get(AUTOMATION, {}).get(what) if message.cause_kind == ROUND else None


def _shown_words(message: Message, body: MessageBody | None) -> str | None:
    text = (body.text or body.html) if body else str(message.data.get("text") or "") or None
    return ONE_CLICK.sub("/a/hidden/", text) if text and message.user_id else text


def events_out(message: Message) -> list[dict[str, Any]]:
    return [
        {"kind": one.kind, "at": one.at, "detail": one.detail, "actor": one.actor, "rule": one.rule}
        for one in message.events.all()
    ]


@router.get("/messages", auth=READ, response=MessagePage)
def list_messages(request: HttpRequest, wanted: Query[MessageFilter]) -> dict[str, Any]:
    """The messages that you may see, newest first."""
    exact: dict[str, Any] = {
        "contact_id": wanted.contact,
        "user_id": wanted.user,
        "channel": wanted.channel,
        "status": wanted.status,
        "direction": wanted.direction,
        "kind": wanted.kind or None,
    }
    rows = messages_for(caller(request)).filter(**{name: value for name, value in exact.items() if value is not None})
    for name in ("followup", "automation"):
        if (pk := getattr(wanted, name)) is not None:
            rows = rows.filter(come_from(name, pk))
    items, after = page(rows.prefetch_related("events"), NEWEST, cursor=wanted.cursor, limit=wanted.limit)
    return {"items": [message_out(message, words=False) for message in items], "next": after}


def one(request: HttpRequest, message_id: int) -> Message:
    """The message through the door. Raises Problem 404."""
    rows = messages_for(caller(request)).select_related("body").prefetch_related("events")
    found = rows.filter(pk=message_id).first()
    if found is None:
        raise not_found("message")
    return found


@router.get("/messages/{int:message_id}", auth=READ, response=MessageOut)
def get_message(request: HttpRequest, message_id: Id) -> dict[str, Any]:
    """One message with its words and what became of it."""
    return message_out(one(request, message_id), words=True)


@router.get("/messages/{int:message_id}/why", auth=READ, response=Why)
def why_message(request: HttpRequest, message_id: Id) -> dict[str, Any]:
    """Every decision about the message, with its reason and the facts used."""
    message = one(request, message_id)
    decisions = [
        {"at": row.at, "verdict": row.verdict, "rule": row.rule, "sentence": row.sentence, "facts": row.facts}
        for row in message.decisions.order_by("pk")
    ]
    plain = {"id": message.pk, "status": message.status, "reason": message.reason}
    return plain | {"decisions": decisions, "events": events_out(message)}
