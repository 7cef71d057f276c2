"""Tell whoever leads the owner, with the reason."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import Effect
from automation.engine.effects import Escalate as EscalateEffect
from automation.steps.acting import Acting
from automation.steps.shape import Case


class Escalate(Acting):
    """The leads of the owner's teams, else the administrators, are told at once; open follow-ups of this round may become
    more urgent."""

    kind: Literal["escalate"] = "escalate"
    reason: str = Field(
        "", max_length=300, title="Why", description="What they are told",
        json_schema_extra={"control": "long_text", "needed": "Say why it goes to the manager."},
    )  # fmt: skip
    priority: Literal["", "high", "urgent"] = Field(
        "", title="Follow-ups become", description="The open ones that this automation made for them",
        json_schema_extra={"labels": {"": "No change", "high": "High", "urgent": "Urgent"}},
    )  # fmt: skip

    title: ClassVar[str] = "Escalate"
    icon: ClassVar[str] = "siren"

    def words(self) -> str:
        return self.reason

    def effect(self, case: Case) -> Effect:
        return EscalateEffect(self.reason, self.priority)
