"""What a trigger is: what lets people in. Knows no database and no clock."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from automation.engine.events import Seen
from automation.engine.state import About


class Told(Protocol):
    """As much of an event as its `keys` need: the stored row will do."""

    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> Any: ...


class Trigger(BaseModel):
    """The base of every kind of trigger. A subclass sets `kind` as a Literal.

    Those that answer events say which kinds and match one; those of time (`automation/triggers/timed.py`) are found by a
    sweep in half-open windows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str

    #: What the palette and the pages call it, its picture, and the group it stands in:
    #: "contact", "record", "message", "outside", "time" or "hand".
    title: ClassVar[str] = ""
    icon: ClassVar[str] = "zap"
    group: ClassVar[str] = "contact"

    def kinds(self) -> frozenset[str]:
        """The kinds of event that it answers; none for one of time."""
        return frozenset()

    def key(self) -> Hashable | None:
        """The one thing that an event must name, where it asks for one: of hundreds of triggers only those are then asked
        whose key is among the event's `keys`. None: it is always asked."""
        return None

    @classmethod
    def keys(cls, event: Told) -> Iterable[Hashable]:
        """What an event names, to be found by `key`."""
        return ()

    def matches(self, event: Seen) -> bool:
        """Whether such an event lets its contact in."""
        return event.kind in self.kinds()

    def about(self, event: Seen) -> About | None:
        """The record that the person then is in for."""
        if event.subject_kind in RECORDS and event.subject_id is not None:
            return About(event.subject_kind, event.subject_id)
        return None

    def lacks(self) -> dict[str, str]:
        """What must still be chosen before it can work, a sentence for each field. A field says so itself by "needed" in
        its metadata."""
        found = {}
        for name, info in type(self).model_fields.items():
            extra = info.json_schema_extra
            needed = extra.get("needed") if isinstance(extra, dict) else None
            if needed and getattr(self, name) in (None, "", [], ()):
                found[name] = str(needed)
        return found

    def words(self) -> str:
        """When it lets people in, in a few words."""
        return ""


#: Records that somebody can be in an automation for.
RECORDS = frozenset({"deal", "document", "invoice", "followup"})
