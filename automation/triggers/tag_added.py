"""A tag was put on a contact."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.shape import Trigger


class TagAdded(Trigger):
    """That tag."""

    kind: Literal["tag_added"] = "tag_added"
    tag: int = Field(ge=1, le=2**62)

    title: ClassVar[str] = "Tag added"
    icon: ClassVar[str] = "tag"

    def kinds(self) -> frozenset[str]:
        return frozenset({"tag_added"})

    def matches(self, event: Seen) -> bool:
        return event.kind == "tag_added" and event.data.get("tag_id") == self.tag
