"""Wait for a time."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from automation.engine.spans import LOCAL_UNITS, UNITS, add_span, span_words
from automation.steps.fields import Extra
from automation.steps.shape import NEXT, ON_THEIR_CLOCK, Case, Decision, Go, Stay, Step

COUNTED: Extra = {"step": "When they come to this step", "entry": "When they entered"}


class Wait(Step):
    """Wait so long since the step was reached, or since they entered. Days are days on the person's own clock, so that
    9:00 stays 9:00 when the clocks change."""

    kind: Literal["wait"] = "wait"
    amount: int = Field(1, ge=0, le=3650, title="How long")
    unit: UNITS = Field(
        "days", title="Unit", description="Days keep the time of day where they are; working days and hours are yours"
    )

    counted_from: Literal["step", "entry"] = Field(
        "step", title="Counted from", json_schema_extra={"labels": COUNTED},
        description="Counted from their beginning, “day 5” is day 5 however long the steps before took",
    )  # fmt: skip

    title: ClassVar[str] = "Wait"
    icon: ClassVar[str] = "hourglass"
    group: ClassVar[str] = "wait"

    def wakes(self) -> frozenset[str]:
        return ON_THEIR_CLOCK if self.unit in LOCAL_UNITS else frozenset()

    def waits(self) -> bool:
        return self.amount > 0 and self.counted_from == "step"  # the other may be over already

    def words(self) -> str:
        after = " after they entered" if self.counted_from == "entry" else ""
        return f"{span_words(self.amount, self.unit)}{after}"

    def decide(self, case: Case) -> Decision:
        since = case.state.entered_at if self.counted_from == "entry" else case.state.since
        until = add_span(since, self.amount, self.unit, case.facts.zone, case.facts.hours)
        if case.now >= until:
            return Go(NEXT, f"It is past {self.words()}.")
        return Stay(until, f"Waits for {self.words()}.")
