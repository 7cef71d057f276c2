"""A tag was put on a contact, or taken off."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.events import Seen
from automation.triggers.fields import Id
from automation.triggers.shape import Told, Trigger

WHICH: dict[str, JsonValue] = {"control": "tag", "needed": "Choose the tag."}


class _Tagged(Trigger):
    tag: Id | None = Field(None, title="Tag", json_schema_extra=WHICH)

    def key(self) -> Hashable | None:
        return self.tag or 0

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return event.data.get("tag_ids") or (event.data.get("tag_id"),)

    def matches(self, event: Seen) -> bool:
        return event.kind in self.kinds() and self.tag in self.keys(event)


class TagAdded(_Tagged):
    """By hand, in bulk, by a file, or with the contact when it was made."""

    kind: Literal["tag_added"] = "tag_added"

    title: ClassVar[str] = "Tag added"
    icon: ClassVar[str] = "tag"

    def kinds(self) -> frozenset[str]:
        return frozenset({"tag_added", "contact_created"})


class TagRemoved(_Tagged):
    """By hand, in bulk, or because the tag was deleted."""

    kind: Literal["tag_removed"] = "tag_removed"

    title: ClassVar[str] = "Tag removed"
    icon: ClassVar[str] = "tag"

    def kinds(self) -> frozenset[str]:
        return frozenset({"tag_removed"})
