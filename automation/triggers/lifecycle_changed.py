"""A contact moved on in its lifecycle."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from automation.engine.events import Seen
from automation.triggers.changes import CHANGED, LIFECYCLE, changes_of
from automation.triggers.shape import Trigger

PLACES = Literal["", "new", "working", "qualified", "client", "lost", "former"]
LABELS: dict[str, JsonValue] = {
    "": "Any", "new": "New lead", "working": "Working", "qualified": "Qualified", "client": "Client", "lost": "Lost",
    "former": "Former client",
}  # fmt: skip


class LifecycleChanged(Trigger):
    """From a place, to a place, or both."""

    kind: Literal["lifecycle_changed"] = "lifecycle_changed"
    was: PLACES = Field("", title="From", json_schema_extra={"labels": LABELS})
    becomes: PLACES = Field("", title="To", json_schema_extra={"labels": LABELS})

    title: ClassVar[str] = "Lifecycle changed"
    icon: ClassVar[str] = "arrow-right"

    def kinds(self) -> frozenset[str]:
        return frozenset({LIFECYCLE, CHANGED})

    def matches(self, event: Seen) -> bool:
        found = changes_of(event).get("lifecycle")
        return found is not None and self.was in ("", found[0]) and self.becomes in ("", found[1])

    def words(self) -> str:
        was = f"from {LABELS[self.was]} " if self.was else ""
        return f"{was}to {LABELS[self.becomes]}" if self.becomes else was.strip() or "any change"
