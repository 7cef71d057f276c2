"""What conditions can ask of the messages between us and a contact (D4)."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, Q, Subquery

from crm.conditions.fields import Field, Source, Subject, Type, named
from crm.conditions.records import when
from crm.conditions.sources import PEOPLE, by_name
from crm.conditions.subjects import register_subject
from crm.models.consent import Topic
from messaging.models import Message, MessageChannel, MessageStatus, MessageTemplate
from messaging.models.message_event import MessageEvent

TEMPLATES = Source("message_templates", "message template", by_name(MessageTemplate))
#: What a message between us and a contact is, as conditions count it: never the bell of a colleague.
_CHANNELS = {
    value: label for value, label in MessageChannel.choices if value not in ("in_app", "push", "slack", "teams")
}


def register() -> None:
    """Make them known; called once at start-up."""
    register_subject(
        Subject("messages", "message", "messages", _rows, "contact", "created_at", _fields(), at_words="written")
    )


def _rows() -> Any:
    return Message.objects.filter(contact__isnull=False, user__isnull=True)


def _by_person(kind: str) -> Any:
    return MessageEvent.objects.filter(message=OuterRef("pk"), kind=kind, actor="person")


def _last(kind: str) -> Subquery:
    """When a person last did that with the message."""
    return Subquery(_by_person(kind).order_by("-at").values("at")[:1], output_field=DateTimeField())


def _did(name: str, words: str, label: str) -> Field:
    says = {"is": f"{words} by a person", "is_not": f"not {words} by a person"}
    return Field(name, label, Type.YES_NO, guard=Q(Exists(_by_person(name))), says=says)


def _fields() -> dict[str, Field]:
    answered = Message.objects.filter(direction="in", answers=OuterRef("pk"), contact=OuterRef("contact"))
    return named(
        Field("direction", "direction", Type.CHOICE, "direction", options={"out": "From us", "in": "From them"}),
        Field("channel", "channel", Type.CHOICE, "channel", options=_CHANNELS, says={"equals": "by {value}"}),
        Field("status", "status", Type.CHOICE, "status", options=dict(MessageStatus.choices)),
        _did("opened", "opened", "opened by a person"),
        when_last("opened_at", "last opening by a person", "opened by a person", "opened"),
        _did("clicked", "clicked in", "clicked by a person"),
        when_last("clicked_at", "last click by a person", "clicked in by a person", "clicked"),
        Field(
            "replied",
            "answered by them",
            Type.YES_NO,
            guard=Q(Exists(answered)),
            says={"is": "which they answered", "is_not": "which they have not answered"},
        ),
        Field("template", "template", Type.CHOICE, "template_id", source=TEMPLATES, says={"equals": "from {value}"}),
        Field("topic", "topic", Type.CHOICE, "topic", options=dict(Topic.choices)),
        Field("author", "author", Type.CHOICE, "author_id", source=PEOPLE, says={"equals": "by {value}"}),
        when("sent_at", "sent", "sent", Type.MOMENT),
        when("created_at", "written or received", "written", Type.MOMENT),
    )


def when_last(name: str, label: str, verb: str, kind: str) -> Field:
    """The time of the last such act; `verb` stands before it in words."""
    return Field(name, label, Type.MOMENT, _last(kind), says={"_": f"{verb} {{value}}"})
