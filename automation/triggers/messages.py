"""What people do with our messages: they open them, follow their links, answer."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.events import Seen
from automation.triggers.fields import Id
from automation.triggers.shape import Trigger

CHANNELS: dict[str, JsonValue] = {"": "Any", "email": "E-mail", "sms": "SMS", "whatsapp": "WhatsApp"}


class _ByPerson(Trigger):
    template: Id | None = Field(
        None, title="Message", description="Only messages made from this template; empty means any",
        json_schema_extra={"control": "template", "channel": ""},
    )  # fmt: skip

    group: ClassVar[str] = "message"

    def matches(self, event: Seen) -> bool:
        return event.kind in self.kinds() and self.template in (None, event.data.get("template_id"))


class MessageOpened(_ByPerson):
    """By a person: mail programs that load every picture do not count. It is known some seconds later, once it is clear
    who it was (docs/tracking.md), and counts once a message."""

    kind: Literal["message_opened"] = "message_opened"

    title: ClassVar[str] = "Message opened"
    icon: ClassVar[str] = "mail-open"

    def kinds(self) -> frozenset[str]:
        return frozenset({"message_opened"})


class MessageClicked(_ByPerson):
    """By a person: filters that follow every link do not count. It is known some seconds later, and counts once a link."""

    kind: Literal["message_clicked"] = "message_clicked"
    link: str = Field("", max_length=300, title="Link", description="A part of its address; empty means any")

    title: ClassVar[str] = "Link clicked"
    icon: ClassVar[str] = "mouse-pointer-click"

    def kinds(self) -> frozenset[str]:
        return frozenset({"message_clicked"})

    def matches(self, event: Seen) -> bool:
        return super().matches(event) and self.link.casefold() in str(event.data.get("url", "")).casefold()

    def words(self) -> str:
        return self.link


class MessageReplied(Trigger):
    """A person wrote: automatic answers and absences do not count."""

    kind: Literal["message_replied"] = "message_replied"
    channel: Literal["", "email", "sms", "whatsapp"] = Field("", title="Over", json_schema_extra={"labels": CHANNELS})

    title: ClassVar[str] = "They replied"
    icon: ClassVar[str] = "reply"
    group: ClassVar[str] = "message"

    def kinds(self) -> frozenset[str]:
        return frozenset({"message_received"})

    def matches(self, event: Seen) -> bool:
        right = event.kind == "message_received" and event.two_way
        return right and self.channel in ("", event.data.get("channel_slug"))

    def words(self) -> str:
        return f"by {CHANNELS[self.channel]}" if self.channel else ""
