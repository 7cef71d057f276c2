"""One field of a contact changed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.changes import CHANGED, OWNER, changes_of, is_value
from automation.triggers.shape import Told, Trigger

ANY = "Empty means any value, “nothing” means no value"


class FieldChanged(Trigger):
    """From a value, to a value, or both; by the difference between before and after, whoever changed it and however."""

    kind: Literal["field_changed"] = "field_changed"
    field: str = Field(
        "", max_length=100, title="Field",
        json_schema_extra={"control": "contact_field", "needed": "Choose the field."},
    )  # fmt: skip
    was: str = Field("", max_length=300, title="From", description=ANY)
    becomes: str = Field("", max_length=300, title="To", description=ANY)

    title: ClassVar[str] = "Field changed"
    icon: ClassVar[str] = "pencil"

    def kinds(self) -> frozenset[str]:
        own = {"owner_id": OWNER, "team_id": OWNER, "lifecycle": "lifecycle_changed"}.get(self.field)
        return frozenset({CHANGED, own} if own else {CHANGED})

    def key(self) -> Hashable | None:
        return self.field

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        return changes_of(event)

    def matches(self, event: Seen) -> bool:
        found = changes_of(event).get(self.field)
        return found is not None and is_value(found[0], self.was) and is_value(found[1], self.becomes)

    def words(self) -> str:
        name = self.field.removeprefix("custom.").removesuffix("_id").replace("_", " ").replace("-", " ")
        was, becomes = (f" from {self.was}" if self.was else ""), (f" to {self.becomes}" if self.becomes else "")
        return f"{name}{was}{becomes}"
