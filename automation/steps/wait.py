"""Wait for a time."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.spans import LOCAL_UNITS, UNITS, add_span, span_words
from automation.steps.shape import NEXT, ON_THEIR_CLOCK, Case, Decision, Go, Stay, Step


class Wait(Step):
    """Wait so long since the step was reached. Days are days on the person's own clock, so that 9:00 stays 9:00 when
    the clocks change."""

    kind: Literal["wait"] = "wait"
    amount: int = Field(1, ge=0, le=3650, title="How long")
    unit: UNITS = Field(
        "days", title="Unit", description="Days keep the time of day where they are; working days and hours are yours"
    )

    title: ClassVar[str] = "Wait"
    icon: ClassVar[str] = "hourglass"
    group: ClassVar[str] = "wait"

    def wakes(self) -> frozenset[str]:
        return ON_THEIR_CLOCK if self.unit in LOCAL_UNITS else frozenset()

    def waits(self) -> bool:
        return self.amount > 0

    def words(self) -> str:
        return span_words(self.amount, self.unit)

    def decide(self, case: Case) -> Decision:
        until = add_span(case.state.since, self.amount, self.unit, case.facts.zone, case.facts.hours)
        if case.now >= until:
            return Go(NEXT, f"{span_words(self.amount, self.unit)} have passed.")
        return Stay(until, f"Waits {span_words(self.amount, self.unit)}.")
