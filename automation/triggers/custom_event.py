"""Any event: one of the sender's own making, or one that no other trigger speaks of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field

from automation.editing.happenings import SENTENCES
from automation.engine.events import ALIASES, REPLY, Seen, is_reply
from automation.triggers.shape import Told, Trigger


class CustomEvent(Trigger):
    """By its kind, as "custom.price-list-asked", and if wished by one value of its data."""

    kind: Literal["custom_event"] = "custom_event"
    event: str = Field(
        "", max_length=60, title="Event",
        json_schema_extra={"control": "event_kind", "needed": "Choose the event."},
    )  # fmt: skip
    name: str = Field(
        "", max_length=60, title="Where", description="A value of the event, by its name; empty means all"
    )
    value: str = Field(
        "", max_length=200, title="Is", description="What it must be; empty means anything, if it is there"
    )

    title: ClassVar[str] = "Another event"
    icon: ClassVar[str] = "zap"
    group: ClassVar[str] = "outside"

    def kinds(self) -> frozenset[str]:
        return ALIASES.get(self.event, frozenset({self.event} if self.event else ()))

    def key(self) -> Hashable | None:
        return (self.name, self.value.casefold()) if self.name and self.value else None

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return [(name, str(value).casefold()) for name, value in event.data.items()]

    def matches(self, event: Seen) -> bool:
        if event.kind not in self.kinds() or (self.event == REPLY and not is_reply(event)):
            return False
        said = str(event.data.get(self.name, ""))
        return not self.name or (said.casefold() == self.value.casefold() if self.value else said != "")

    def words(self) -> str:
        said = SENTENCES.get(self.event) or self.event.removeprefix("custom.").replace("_", " ").replace("-", " ")
        return f"{said}, {self.name} is {self.value or 'there'}" if self.name else said
