"""Put them into another automation, or take them out of one."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.effects import Effect
from automation.engine.effects import StartAutomation as Starting
from automation.engine.effects import StopAutomation as Stopping
from automation.steps.acting import Acting
from automation.steps.fields import Extra, Id
from automation.steps.shape import Case

WHICH: Extra = {"control": "automation", "needed": "Choose the automation."}


class StartAutomation(Acting):
    """By that automation's own rules: who may not enter goes on here, and it says why."""

    kind: Literal["start_automation"] = "start_automation"
    automation: Id | None = Field(None, title="Automation", json_schema_extra=WHICH)

    title: ClassVar[str] = "Start another automation"
    icon: ClassVar[str] = "circle-play"

    def effect(self, case: Case) -> Effect:
        return Starting(self.automation)


class StopAutomation(Acting):
    """Whoever is not in it stays as they are."""

    kind: Literal["stop_automation"] = "stop_automation"
    automation: Id | None = Field(None, title="Automation", json_schema_extra=WHICH)

    title: ClassVar[str] = "Stop another automation"
    icon: ClassVar[str] = "circle-x"

    def effect(self, case: Case) -> Effect:
        return Stopping(self.automation)
