"""What a trigger is: what lets people in. Knows no database and no clock."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from automation.engine.events import Seen
from automation.engine.state import About


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

    def matches(self, event: Seen) -> bool:
        """Whether such an event lets its contact in."""
        return event.kind in self.kinds()

    def about(self, event: Seen) -> About | None:
        """The record that the person then is in for."""
        if event.subject_kind in RECORDS and event.subject_id is not None:
            return About(event.subject_kind, event.subject_id)
        return None

    def words(self) -> str:
        """When it lets people in, in a few words."""
        return ""


#: Records that somebody can be in an automation for.
RECORDS = frozenset({"deal", "document", "invoice", "followup"})
