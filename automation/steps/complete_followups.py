"""Close the open follow-ups that this automation made."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import Effect, SettleFollowUps
from automation.steps.acting import Acting
from automation.steps.shape import Case


class CompleteFollowUps(Acting):
    """What they asked for has come, or is not needed any more. Those of this round only; nobody else's."""

    kind: Literal["complete_followups"] = "complete_followups"
    how: Literal["complete", "cancel"] = Field(
        "complete", title="How", json_schema_extra={"labels": {"complete": "Complete them", "cancel": "Cancel them"}}
    )
    reason: str = Field("", max_length=300, title="Note", description="Stands on each of them")

    title: ClassVar[str] = "Close its follow-ups"
    icon: ClassVar[str] = "check-check"

    def words(self) -> str:
        return "cancel" if self.how == "cancel" else "complete"

    def effect(self, case: Case) -> Effect:
        return SettleFollowUps(self.how, self.reason)
