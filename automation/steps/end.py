"""End here."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.state import GOAL_MET
from automation.steps.shape import Case, Decision, End, Step, Way


class EndHere(Step):
    """Leave the automation, as having met its goal or simply as finished."""

    kind: Literal["end"] = "end"
    goal_met: bool = Field(False, title="The goal is met", description="Counts as a success in the results")

    title: ClassVar[str] = "End"
    icon: ClassVar[str] = "circle-stop"
    group: ClassVar[str] = "flow"

    def ways(self) -> list[Way]:
        return []

    def words(self) -> str:
        return "goal met" if self.goal_met else ""

    def decide(self, case: Case) -> Decision:
        return End(
            "The end of this path; the goal is met." if self.goal_met else "The end of this path.",
            GOAL_MET if self.goal_met else "",
        )
