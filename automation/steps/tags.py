"""Put a tag on, or take it off."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import ChangeTag, Effect
from automation.steps.acting import Acting
from automation.steps.fields import Extra, Id
from automation.steps.shape import Case

WHICH: Extra = {"control": "tag", "needed": "Choose the tag."}


class AddTag(Acting):
    """Whoever has it keeps it, and nothing is told twice."""

    kind: Literal["add_tag"] = "add_tag"
    tag: Id | None = Field(None, title="Tag", json_schema_extra=WHICH)

    title: ClassVar[str] = "Add tag"
    icon: ClassVar[str] = "tag"

    def effect(self, case: Case) -> Effect:
        return ChangeTag(self.tag, add=True)


class RemoveTag(Acting):
    """Whoever does not have it stays as they are."""

    kind: Literal["remove_tag"] = "remove_tag"
    tag: Id | None = Field(None, title="Tag", json_schema_extra=WHICH)

    title: ClassVar[str] = "Remove tag"
    icon: ClassVar[str] = "tag"

    def effect(self, case: Case) -> Effect:
        return ChangeTag(self.tag, add=False)
