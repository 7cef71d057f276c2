"""A follow-up was completed, or missed."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.events import Seen
from automation.triggers.shape import Trigger


class _OfFollowUp(Trigger):
    type: str = Field(
        "", max_length=40, title="Type", description="Empty means any", json_schema_extra={"control": "followup_type"}
    )

    group: ClassVar[str] = "record"

    def matches(self, event: Seen) -> bool:
        return event.kind in self.kinds() and self.type in ("", event.data.get("type"))

    def words(self) -> str:
        return self.type.replace("-", " ").replace("_", " ") or "any type"


class FollowUpCompleted(_OfFollowUp):
    """Whatever came of it, or only one outcome."""

    kind: Literal["followup_completed"] = "followup_completed"
    outcome: str = Field(
        "", max_length=60, title="Outcome", description="Empty means any", json_schema_extra={"control": "outcome"}
    )

    title: ClassVar[str] = "Follow-up completed"
    icon: ClassVar[str] = "circle-check"

    def kinds(self) -> frozenset[str]:
        return frozenset({"followup_completed"})

    def matches(self, event: Seen) -> bool:
        return super().matches(event) and self.outcome in ("", event.data.get("outcome"))

    def words(self) -> str:
        said = self.outcome.replace("-", " ").replace("_", " ")
        return f"{super().words()}, {said}" if said else super().words()


class FollowUpMissed(_OfFollowUp):
    """Its time passed and nobody did it."""

    kind: Literal["followup_missed"] = "followup_missed"

    title: ClassVar[str] = "Follow-up missed"
    icon: ClassVar[str] = "circle-alert"

    def kinds(self) -> frozenset[str]:
        return frozenset({"followup_missed"})
