"""Move their deal to another stage."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import ChangeStage as Moving
from automation.engine.effects import Effect
from automation.steps.acting import Acting
from automation.steps.fields import Id
from automation.steps.shape import Case


class ChangeStage(Acting):
    """The deal that they are in for, else their one open deal. Who has none, or several, goes on, and it says so."""

    kind: Literal["change_stage"] = "change_stage"
    stage: Id | None = Field(None, title="Stage", json_schema_extra={"control": "stage", "needed": "Choose the stage."})
    reason: Id | None = Field(
        None, title="Reason", description="A stage for lost deals needs one",
        json_schema_extra={"control": "close_reason"},
    )  # fmt: skip

    title: ClassVar[str] = "Change the deal’s stage"
    icon: ClassVar[str] = "kanban"

    def effect(self, case: Case) -> Effect:
        return Moving(self.stage, self.reason)
